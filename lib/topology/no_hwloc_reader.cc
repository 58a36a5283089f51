// SPDX-License-Identifier: BSD-3-Clause

// In place of hwloc_reader.cc where configure found no hwloc.
#include "lib/base/error.h"
#include "lib/topology/hwloc_reader.h"

namespace slipway::topology {

std::unique_ptr<Node> read_node(const std::string&) {
  throw Error("topology", "this slipway was built without hwloc",
              "install libhwloc-dev (hwloc-devel) and build it again");
}

}  // namespace slipway::topology
