// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/locality.h"

namespace slipway::topology {

namespace {

int depth_of_devices(const Locality& locality) {
  int deepest = 0;
  for (int i = 0; i < locality.gpus; ++i) {
    const int depth = locality.region[locality.gpu[i].region].depth;
    if (depth > deepest) deepest = depth;
  }
  for (int i = 0; i < locality.nics; ++i) {
    const int depth = locality.region[locality.nic[i].region].depth;
    if (depth > deepest) deepest = depth;
  }
  return deepest;
}

}  // namespace

Distances distances(const Locality& locality, const CpuSet& cpus) {
  Distances distances = {};
  const int all = cpus.count();
  if (all == 0) return distances;
  const int64_t most = int64_t{all} * depth_of_devices(locality);
  int64_t levels[kMostRegions];  // of all CPUs together
  for (int i = 0; i < locality.regions; ++i) {
    const Region& region = locality.region[i];
    levels[i] = i == 0 ? most : levels[region.parent] - cpus.count_common(region.cpus);
    distances.to_region[i] = static_cast<int>((levels[i] * kLevel + all / 2) / all);
  }
  return distances;
}

}  // namespace slipway::topology
