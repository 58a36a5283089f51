// SPDX-License-Identifier: BSD-3-Clause

// One line in the system log for each step on each node: who ran which image, how it and the images for its data
// were mounted, and which of the admin's keys let it pass.
#pragma once

#include <string>

#include "lib/policy/image_policy.h"
#include "lib/policy/mount_choice.h"
#include "lib/protocol/request.h"

namespace slipway {

// Facility authpriv, priority info, as sudo does. All are written once the ranks have their answer: a log that is slow
// holds up nothing.
void audit(const Request& request, const OpenedImages& images, const ImageMounts& mounts, const ImageVerdict& verdict);
void audit_refusal(const Request& request, const std::string& sentence);

// Beside that line: the node's name service was not waited for.
void log_slow_names(const Request& request);

}  // namespace slipway
