// SPDX-License-Identifier: BSD-3-Clause

// Which files of a tree this process cannot read, before an image is built without them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace slipway {

struct Unreadable {
  size_t count = 0;
  std::vector<std::string> first;  // of them, a few, in order: paths below the tree
};

// Files and directories. Symbolic links, sockets, FIFOs and devices are not opened by who copies a tree. Throws Error.
Unreadable unreadable_in(const std::string& tree);

}  // namespace slipway
