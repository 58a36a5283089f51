// SPDX-License-Identifier: BSD-3-Clause

// Parts of a file that may end early or not be readable at all, which are two things.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace slipway {

// Fills `bytes` with the `size` bytes at `offset`. False: the file ends before. Throws Error about `name`: what cannot
// be read is not said to be anything.
bool read_at(int file, uint64_t offset, void* bytes, size_t size, const std::string& name);

}  // namespace slipway
