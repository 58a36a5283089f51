// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/gpu_binding.h"

#include <string.h>

namespace slipway::topology {

namespace {

// For enter they are too much for a stack, and there is one binding in its life.
int cost[kMostThings * kMostTakers];
int taker_of[kMostThings];

void bind_in_order(const Locality& locality, const Step& step, GpuList* seen) {
  const int gpus = step.granted.count;
  // Things are positions in the order: what all ranks of a position have to go.
  memset(cost, 0, sizeof cost[0] * gpus * gpus);
  for (int rank = 0; rank < step.ranks; ++rank) {
    const Distances away = distances(locality, step.cpus[rank]);
    for (int i = 0; i < gpus; ++i) {
      cost[rank % gpus * gpus + i] += away.to_region[locality.gpu[step.granted.gpu[i]].region];
    }
  }
  share_evenly(cost, gpus, gpus, taker_of);
  for (int rank = 0; rank < step.ranks; ++rank) {
    seen[rank].count = 0;
    for (int position = 0; position < gpus; ++position) seen[rank].add(step.granted.gpu[taker_of[position]]);
  }
}

// The nearest first; of equals the lower stays in front.
void sort_by_distance(const Locality& locality, const CpuSet& cpus, GpuList& list) {
  const Distances away = distances(locality, cpus);
  const auto distance = [&](int i) { return away.to_region[locality.gpu[list.gpu[i]].region]; };
  for (int end = 1; end < list.count; ++end) {
    for (int i = end; i > 0 && distance(i) < distance(i - 1); --i) {
      const uint8_t further = list.gpu[i - 1];
      list.gpu[i - 1] = list.gpu[i];
      list.gpu[i] = further;
    }
  }
}

void bind_closest(const Locality& locality, const Step& step, GpuList* seen) {
  const int gpus = step.granted.count;
  const bool is_shared = step.ranks > gpus;  // then ranks are shared out among GPUs, else GPUs among ranks
  const int things = is_shared ? step.ranks : gpus, takers = is_shared ? gpus : step.ranks;
  for (int rank = 0; rank < step.ranks; ++rank) {
    const Distances away = distances(locality, step.cpus[rank]);
    for (int i = 0; i < gpus; ++i) {
      const int thing = is_shared ? rank : i, taker = is_shared ? i : rank;
      cost[thing * takers + taker] = away.to_region[locality.gpu[step.granted.gpu[i]].region];
    }
  }
  share_evenly(cost, things, takers, taker_of);
  for (int rank = 0; rank < step.ranks; ++rank) seen[rank].count = 0;
  for (int thing = 0; thing < things; ++thing) {
    const int rank = is_shared ? thing : taker_of[thing], i = is_shared ? taker_of[thing] : thing;
    seen[rank].add(step.granted.gpu[i]);
  }
  for (int rank = 0; rank < step.ranks; ++rank) sort_by_distance(locality, step.cpus[rank], seen[rank]);
}

}  // namespace

bool bind_gpus(const Locality& locality, const Step& step, GpuBind bind, GpuList* seen_by_rank) {
  if (step.ranks > kMostRanks) return false;
  if (bind == GpuBind::kNone || step.granted.count == 0) {
    for (int rank = 0; rank < step.ranks; ++rank) seen_by_rank[rank] = step.granted;
  } else if (bind == GpuBind::kOrder) {
    bind_in_order(locality, step, seen_by_rank);
  } else {
    bind_closest(locality, step, seen_by_rank);
  }
  return true;
}

GpuList own_gpus(const GpuList& seen, GpuBind bind, int rank) {
  if (bind == GpuBind::kClosest || seen.count == 0) return seen;
  GpuList own;
  own.add(seen.gpu[rank % seen.count]);
  return own;
}

}  // namespace slipway::topology
