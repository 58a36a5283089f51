// SPDX-License-Identifier: BSD-3-Clause

// What one rank gets, as slipway topology and steps with SLIPWAY_VERBOSE=1 print it.
#pragma once

#include <stddef.h>

#include "lib/topology/nic_binding.h"

namespace slipway::topology {

// How far a rank's CPUs are from its own GPUs, on average: in kLevel.
int distance_to_own(const Locality& locality, const CpuSet& cpus, const GpuList& own);

// "rank 3: cpus 12-15 gpu 3 of 0,1,2,3 nic mlx5_1 (1 level away)", in at most `size` bytes. "of" is there when the rank
// sees more than its own; "cpus" when they are known. Returns `out`.
const char* rank_line(const Locality& locality, int rank, const CpuSet& cpus, const GpuList& seen, const GpuList& own,
                      const NicList& nics, char* out, size_t size);

}  // namespace slipway::topology
