// SPDX-License-Identifier: BSD-3-Clause

// The container's /dev: the few devices every program expects, and the host's terminals.
#pragma once

#include "lib/protocol/request.h"

namespace slipway {

// Called by root in the work directory, before the user's namespace exists. Throws Error.
void make_devices(const Request& request);

}  // namespace slipway
