// SPDX-License-Identifier: BSD-3-Clause

// The first entry of the plan and of the request: a plugin, stage and enter of different installations do not go
// together.
#pragma once

namespace slipway {

inline constexpr char kReleaseEntry[] = "release=" PACKAGE_VERSION;

}  // namespace slipway
