// SPDX-License-Identifier: BSD-3-Clause

// The first bytes of a squashfs (Documentation/filesystems/squashfs.rst and fs/squashfs/squashfs_fs.h of the kernel).
#pragma once

#include <cstdint>
#include <string>

namespace slipway {

// Whether one starts at `offset`, in bytes. Throws Error about `name`: it cannot be read.
bool is_squashfs(int file, uint64_t offset, const std::string& name);

// Throws Error unless a squashfs 4.0 starts at `offset` and ends within `size` bytes. Returns its compression's name.
std::string check_squashfs(int file, uint64_t offset, uint64_t size, const std::string& name);

}  // namespace slipway
