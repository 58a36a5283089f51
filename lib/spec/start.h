// SPDX-License-Identifier: BSD-3-Clause

// How the ranks start inside: in which directory, and behind which program of the image.
#pragma once

#include <string>
#include <string_view>

#include "lib/options/terms.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/request.h"

namespace slipway {

// To be called inside the finished container; completes `plan`. Throws Error.
void decide_start(Plan& plan, const Request& request, const Terms& terms);

// The working directory that enroot's images name in their /etc/rc, a shell script; empty: none.
std::string directory_in_rc(std::string_view script);

}  // namespace slipway
