// SPDX-License-Identifier: BSD-3-Clause

// A node as its users see it, in the words of slipway topology: what hwloc knows of its CPUs, and where its devices
// are. With the C++ library.
#pragma once

#include <string>
#include <vector>

#include "lib/topology/locality.h"

namespace slipway::topology {

struct NumaNode {
  int number = 0;  // Linux's
  CpuSet cpus;
  uint64_t memory = 0;  // bytes
};

struct Package {
  int number = 0;
  CpuSet cpus;
  std::vector<std::vector<int>> cores;  // the CPUs of each that this process, or whoever wrote the XML, may use
  std::vector<NumaNode> numa_nodes;     // those that have CPUs
};

struct Node {
  std::string name;  // empty: unknown
  std::vector<Package> packages;
  Locality locality;
  std::vector<std::string> gpu_models;  // beside Locality::gpu; empty: unknown
};

}  // namespace slipway::topology
