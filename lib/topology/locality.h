// SPDX-License-Identifier: BSD-3-Clause

// Where a node's GPUs and NICs are, seen from its CPUs: all that binding needs to know of a topology. The reader
// (hwloc_reader.h) fills it once per node and step; lib/gpu/table.h takes it to each rank.
#pragma once

#include <stdint.h>

#include "lib/topology/cpu_set.h"

namespace slipway::topology {

inline constexpr int kMostGpus = 64;
inline constexpr int kMostNics = 64;
inline constexpr int kMostRegions = 128;

// The CPUs that are equally near to what is attached there: a package, a group of NUMA nodes, a NUMA node. The first
// region is the machine.
struct Region {
  CpuSet cpus;
  int parent = 0;  // the next larger region, of a lower index
  int depth = 0;   // how many regions it is in
};

struct Gpu {
  char address[16] = "";  // of PCI: "0000:34:00.0"
  unsigned vendor = 0;    // PCI's number for it
  int region = 0;
};

inline constexpr unsigned kNvidia = 0x10de, kAmd = 0x1002, kIntel = 0x8086;

struct Nic {
  char name[32] = "";  // the verbs device: "mlx5_0"
  char address[16] = "";
  int region = 0;
  bool is_down = false;  // all of its ports, as far as is known
  // How far it is from each GPU: 0 where they share the innermost bridge or region that anything here shares, and one
  // more for each level that it is further out.
  int to_gpu[kMostGpus] = {};
};

// All 0 is an empty one.
struct Locality {
  int regions = 0;
  Region region[kMostRegions];
  int gpus = 0;
  Gpu gpu[kMostGpus];  // by PCI address, as the vendors' libraries number them (CUDA_DEVICE_ORDER=PCI_BUS_ID)
  int nics = 0;
  Nic nic[kMostNics];
};

// One level of regions, as distances count it.
inline constexpr int kLevel = 1000;

// How far CPUs are from what is attached to each region, on average. A CPU is at 0 where it is in the region, if that
// is of the innermost that have devices, and kLevel further with each level that both share only further out.
struct Distances {
  int to_region[kMostRegions];
};

// All 0 where no CPU is known.
Distances distances(const Locality& locality, const CpuSet& cpus);

}  // namespace slipway::topology
