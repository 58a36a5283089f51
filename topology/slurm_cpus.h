// The CPUs of each rank of a node, as Slurm tells them in every rank's environment.
#pragma once

#include "topology/cpu_set.h"

namespace slipway::topology {

// By SLURM_CPU_BIND_TYPE and SLURM_CPU_BIND_LIST, which may be nullptr: "mask_cpu:" with "0x3,0xC", or "map_cpu:" with
// "0,2,4"; "*N" behind an element stands for it N times. A list that is shorter starts over, as in srun(1).
// Otherwise, and with a list that is not understood, the CPUs of all ranks are unknown: empty.
void read_slurm_cpus(const char* type, const char* list, int ranks, CpuSet* cpus);

}  // namespace slipway::topology
