// SPDX-License-Identifier: BSD-3-Clause

// Where in an image a command lies that PATH does not lead to. For an error alone: a good run asks nothing of this.
#pragma once

#include <stddef.h>

namespace slipway {

// Looks for an executable named `command`, which has no slash, in the directories that images keep programs in, below
// `root` ("" but for tests). Writes its path to `out` and returns true when there is one. Bounded work.
bool find_elsewhere(const char* command, const char* root, char* out, size_t size);

}  // namespace slipway
