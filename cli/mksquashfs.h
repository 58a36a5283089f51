// SPDX-License-Identifier: BSD-3-Clause

// mksquashfs(1), which makes a squashfs of a directory.
#pragma once

#include <cstdint>
#include <string>

namespace slipway {

inline constexpr char kUncompressed[] = "none";

struct SquashfsPlace {
  int file;          // open for writing
  uint64_t offset;   // bytes: it begins there
  std::string path;  // a file of that name in the tree is left out: the one that is being replaced
};

// Shows how far it is where standard error is a terminal. `compression`: a name that mksquashfs knows, or
// kUncompressed. mksquashfs dies with this process, however that ends. Throws Error: it cannot be started, or something
// could not be read or written.
void make_squashfs(const std::string& tree, const SquashfsPlace& place, const std::string& compression);

}  // namespace slipway
