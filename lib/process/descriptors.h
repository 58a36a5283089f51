// SPDX-License-Identifier: BSD-3-Clause

// Closing what a process was not meant to inherit.
#pragma once

#include <stddef.h>

namespace slipway {

// Closes every descriptor from `first` up, except the `count` of them in `keep`; a negative one stands for none. False
// with errno when the kernel does not let us.
bool close_descriptors_from(int first, const int* keep = nullptr, size_t count = 0);

}  // namespace slipway
