// SPDX-License-Identifier: BSD-3-Clause

// Making the container of one step on this node.
#pragma once

#include "lib/protocol/request.h"
#include "lib/base/timeline.h"

namespace slipway {

// Runs in a process of its own, as root, in the mount namespace in which the ranks stand. Sends the container over
// `answer` (lib/protocol/message.h) as soon as ranks can use it; returns when nothing is left to do. `timeline` holds
// what was done before. Throws Error.
void make_container(const Request& request, Timeline timeline, int answer);

}  // namespace slipway
