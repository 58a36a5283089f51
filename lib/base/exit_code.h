// SPDX-License-Identifier: BSD-3-Clause

// Exit codes a user sees from a step. 126 and 127 are the shell's own convention.
#pragma once

namespace slipway {

inline constexpr int kExitRefused = 1;          // the container could not be made
inline constexpr int kExitNotExecutable = 126;  // the command exists in the image but cannot be run
inline constexpr int kExitNotFound = 127;       // the command does not exist in the image

}  // namespace slipway
