// SPDX-License-Identifier: BSD-3-Clause

// slipway-topology: writes where this node's GPUs and NICs are (lib/topology/locality.h), byte for byte, for stage,
// which runs it as nobody: hwloc and what it brings along are no libraries for a process of root's.

#include <unistd.h>

#include <cstdio>
#include <exception>

#include "lib/topology/hwloc_reader.h"

int main(int count, char** words) {
  try {
    const auto node = slipway::topology::read_node(count > 1 ? words[1] : "");
    const auto& locality = node->locality;
    return write(STDOUT_FILENO, &locality, sizeof locality) == static_cast<ssize_t>(sizeof locality) ? 0 : 1;
  } catch (const std::exception& error) {
    fprintf(stderr, "slipway: %s\n", error.what());
    return 1;
  }
}
