// SPDX-License-Identifier: BSD-3-Clause

// Reads a node's topology with hwloc: the library to which MPI libraries and Slurm itself listen.
#pragma once

#include <memory>
#include <string>

#include "lib/topology/node.h"

namespace slipway::topology {

// Of this machine, or with `xml` of that file, as lstopo or hwloc wrote it. Throws Error, also where this Slipway was
// built without hwloc.
std::unique_ptr<Node> read_node(const std::string& xml = "");

}  // namespace slipway::topology
