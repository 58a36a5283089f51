// SPDX-License-Identifier: BSD-3-Clause

// Containers of root's own steps.
#pragma once

#include "lib/protocol/request.h"

namespace slipway {

// Throws Error: the user is root, whom the admin has not let use containers.
void refuse_roots_steps(const Request& request);

}  // namespace slipway
