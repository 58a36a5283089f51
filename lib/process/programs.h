// SPDX-License-Identifier: BSD-3-Clause

// Where the helpers are that more than one file names.
#pragma once

namespace slipway {

inline constexpr char kTopologyProgram[] = LIBEXECDIR "/slipway-topology";

}  // namespace slipway
