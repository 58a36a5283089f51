// SPDX-License-Identifier: BSD-3-Clause

// Which GPUs a node has: their device nodes, and what the kernel and the drivers say of them. With the C++ library.
#pragma once

#include <string>

#include "lib/gpu/table.h"

namespace slipway::gpu {

// Fills what `table` says of devices. `root` is where /dev, /proc and /sys are found: "" but in tests. What is no
// device node is none of them. More than a table holds are left out.
void find_gpus(const std::string& root, Table& table);

}  // namespace slipway::gpu
