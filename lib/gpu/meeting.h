// SPDX-License-Identifier: BSD-3-Clause

// Where the ranks of a step on a node agree on its GPUs: each knows only its own CPUs, and with --gpus-per-task only
// its own GPUs, but all are shown the same devices, numbered in the same way. A memory that they share
// (memfd_create(2)): each takes a seat, the last one decides for all.
#pragma once

#include "lib/gpu/table.h"
#include "lib/topology/gpu_binding.h"

namespace slipway::gpu {

// All 0 before the first rank comes. Any process of the step's user can write it, so what is read is checked.
struct Meeting {
  uint32_t state;  // a futex: kOpen, then kDeciding, then kDecided
  uint32_t seated;
  struct Seat {
    uint32_t is_taken;
    Mask granted;
    topology::CpuSet cpus;
  } seat[topology::kMostRanks];
  // Decided:
  Mask shown;  // what any of them was granted
  topology::GpuList seen[topology::kMostRanks];
};

// What one rank takes away from it.
struct Agreement {
  Mask shown = 0;
  topology::GpuList seen;
};

// Takes the rank's seat and returns what was decided: by the last one to come, or by one of those who came when the
// others kept them waiting for too long; who comes later gets what was decided without them. `decide` is called in one
// rank, to fill seen from the seats (topology::bind_gpus) and to show the devices, before any rank goes on. False:
// there are more ranks than seats, or whoever decided did not finish; then each is on its own.
struct Sitting {
  int rank;   // local
  int ranks;  // on this node
  Mask granted;
  topology::CpuSet cpus;
  // Seconds, twice: for the ranks, and for the one that decides. slurmstepd starts the ranks of a node together, and
  // each runs the task prolog, which the site may have made slow. One whose prolog failed never comes.
  int patience = 10;
};
bool meet(Meeting& meeting, const Sitting& sitting, void (*decide)(Meeting&, void*), void* context,
          Agreement* agreement);

}  // namespace slipway::gpu
