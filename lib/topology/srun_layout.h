// SPDX-License-Identifier: BSD-3-Clause

// Which CPUs srun gives the ranks of a node, for slipway topology.
#pragma once

#include <vector>

#include "lib/topology/node.h"

namespace slipway::topology {

// The second word of srun --distribution: from which package the next rank's CPUs come.
enum class Distribution {
  kBlock,  // the same, while it has some
  kCyclic  // the next; Slurm's default
};

// As many for each rank as the node has, of whole cores where a rank has that many; at least 1.
int cpus_for_each(const Node& node, int ranks);

// The CPUs of each rank, core by core, from one package where that has enough. Throws Error where the node has too few.
// With more ranks than CPUs, and one for each, they share CPUs, as with srun --overcommit.
std::vector<CpuSet> lay_out(const Node& node, int ranks, int cpus_per_rank, Distribution distribution);

}  // namespace slipway::topology
