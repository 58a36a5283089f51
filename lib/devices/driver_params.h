// SPDX-License-Identifier: BSD-3-Clause

// NVIDIA's libraries make device files that they miss, as /proc/driver/nvidia/params tells them, and would undo which
// of them a rank has. A container shows a copy of that file that tells them not to.
#pragma once

#include <string>

#include "lib/spec/additions.h"

namespace slipway {

// Empty: what `params`, the file's text, says needs no change.
std::string params_without_device_files(const std::string& params);

// Stands in stage's work directory, in the user's namespaces, and writes the copy there. Throws Error.
void add_driver_params(Additions& additions);

}  // namespace slipway
