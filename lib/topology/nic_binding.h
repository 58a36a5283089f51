// SPDX-License-Identifier: BSD-3-Clause

// Which NICs are the nearest to a rank.
#pragma once

#include "lib/topology/gpu_binding.h"

namespace slipway::topology {

struct NicList {
  int count = 0;
  uint8_t nic[kMostNics];  // indices into Locality::nic
};

// For each of the rank's own GPUs those that are nearest to it; without a GPU those nearest to the CPUs. All that are
// equally near, in the node's order. Those whose ports are down do not count. None: there is no such NIC.
NicList nearest_nics(const Locality& locality, const CpuSet& cpus, const GpuList& own);

}  // namespace slipway::topology
