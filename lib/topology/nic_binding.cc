// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/nic_binding.h"

#include <limits.h>

namespace slipway::topology {

namespace {

template <typename Distance>
void mark_nearest(const Locality& locality, const Distance& distance_of, bool* is_nearest) {
  int least = INT_MAX;
  for (int i = 0; i < locality.nics; ++i) {
    if (!locality.nic[i].is_down && distance_of(i) < least) least = distance_of(i);
  }
  for (int i = 0; i < locality.nics; ++i) {
    if (!locality.nic[i].is_down && distance_of(i) == least) is_nearest[i] = true;
  }
}

}  // namespace

NicList nearest_nics(const Locality& locality, const CpuSet& cpus, const GpuList& own) {
  bool is_nearest[kMostNics] = {};
  for (int i = 0; i < own.count; ++i) {
    mark_nearest(locality, [&](int nic) { return locality.nic[nic].to_gpu[own.gpu[i]]; }, is_nearest);
  }
  if (own.count == 0) {
    const Distances away = distances(locality, cpus);
    mark_nearest(locality, [&](int nic) { return away.to_region[locality.nic[nic].region]; }, is_nearest);
  }
  NicList list;
  for (int i = 0; i < locality.nics; ++i) {
    if (is_nearest[i]) list.nic[list.count++] = static_cast<uint8_t>(i);
  }
  return list;
}

}  // namespace slipway::topology
