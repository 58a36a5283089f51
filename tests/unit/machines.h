// SPDX-License-Identifier: BSD-3-Clause

// The DGX-2 of the shared test data.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "lib/topology/hwloc_reader.h"

// Nothing, and a line that says so: the data is not there.
inline std::unique_ptr<slipway::topology::Node> dgx2() {
  constexpr char kPath[] = TOP_SOURCE_DIRECTORY "/../shared/data/hwloc/nvidia-dgx2.xml";
  if (access(kPath, R_OK) == 0) return slipway::topology::read_node(kPath);
  printf("\nskipped: no shared test data in %s\n", kPath);
  return nullptr;
}

// With the CPUs that such a machine has: two packages of 24 cores with two threads each, CPU N + 48 beside CPU N. The
// XML was cut to two cores of each.
inline std::unique_ptr<slipway::topology::Node> whole_dgx2() {
  auto node = dgx2();
  if (!node) return nullptr;
  for (int package = 0; package < 2; ++package) {
    slipway::topology::Package& its = node->packages[package];
    its.cores.clear();
    for (int core = package * 24; core < (package + 1) * 24; ++core) its.cores.push_back({core, core + 48});
    for (int region = 0; region < node->locality.regions; ++region) {
      slipway::topology::CpuSet& near = node->locality.region[region].cpus;
      if (!near.has(package * 24)) continue;
      for (const auto& core : its.cores) {
        for (const int cpu : core) near.add(cpu);
      }
    }
    for (const auto& core : its.cores) {
      for (const int cpu : core) its.cpus.add(cpu);
    }
    its.numa_nodes[0].cpus = its.cpus;
  }
  return node;
}
