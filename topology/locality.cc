#include "topology/locality.h"

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

int distance(const Locality& locality, const CpuSet& cpus, int region) {
  const int all = cpus.count();
  if (all == 0) return 0;
  const int deepest = depth_of_devices(locality);
  int64_t levels = 0;  // of all CPUs together
  int inside = 0;      // CPUs that are counted
  for (int i = region; i >= 0; i = locality.region[i].parent) {
    const int count = cpus.count_common(locality.region[i].cpus);
    levels += int64_t{count - inside} * (deepest - locality.region[i].depth);
    inside = count;
  }
  levels += int64_t{all - inside} * deepest;  // CPUs that came after the topology was read
  return static_cast<int>((levels * kLevel + all / 2) / all);
}

}  // namespace slipway::topology
