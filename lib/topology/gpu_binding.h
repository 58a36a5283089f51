// SPDX-License-Identifier: BSD-3-Clause

// Which of the GPUs that its step was granted each rank of a node sees, and in which order.
#pragma once

#include <stdint.h>

#include "lib/topology/assignment.h"
#include "lib/topology/gpu_bind.h"
#include "lib/topology/locality.h"

namespace slipway::topology {

inline constexpr int kMostRanks = kMostThings;

struct GpuList {
  int count = 0;
  uint8_t gpu[kMostGpus];  // indices into Locality::gpu, and so what the vendor's library calls them

  void add(int index) { gpu[count++] = static_cast<uint8_t>(index); }
};

// A step on this node.
struct Step {
  int ranks;
  const CpuSet* cpus;  // of each local rank; empty: unknown, so that all GPUs are equally near
  GpuList granted;     // in Slurm's order
};

// What each rank sees, in its order, the same for every caller: of equally near GPUs the lower goes to the lower rank,
// and where all are, `order` is Slurm's.
//   order    the rank that is i-th modulo the number of GPUs has the i-th; the sum of distances of all ranks is the
//            least that there is
//   closest  as many GPUs for each rank, or ranks for each GPU, as for any other, or one more where the numbers demand
//            it, with the least sum of distances of such pairs; the nearest of a rank's GPUs comes first
// False: the step has more ranks than kMostRanks, and is to be left as Slurm has it.
bool bind_gpus(const Locality& locality, const Step& step, GpuBind bind, GpuList* seen_by_rank);

// Of what rank `rank` sees, those that it will naturally use: that of its number with `order` and `none`, or its share.
GpuList own_gpus(const GpuList& seen, GpuBind bind, int rank);

}  // namespace slipway::topology
