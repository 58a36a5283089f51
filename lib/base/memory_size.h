// SPDX-License-Identifier: BSD-3-Clause

// Sizes as tmpfs(5) takes them: "64m", "10%" of the node's memory.
#pragma once

#include <cstdint>
#include <string>

namespace slipway {

// In bytes. 2^64 - 1 where the text is no size, or one that does not fit.
uint64_t bytes_of_memory_size(const std::string& text);

}  // namespace slipway
