// SPDX-License-Identifier: BSD-3-Clause

// Which of the node's GPUs Slurm granted a rank: what its variables and its cgroup say.
#pragma once

#include "lib/gpu/table.h"
#include "lib/topology/gpu_binding.h"

namespace slipway::gpu {

struct Grant {
  topology::GpuList gpus;  // indices in Table::gpu, in Slurm's order
  // These are the rank's own, by srun --gpu-bind, --gpus-per-task and the like; else they are the step's.
  bool is_bound = false;
  // The variables hold what is no number (UUIDs, MIG devices): they mean the same everywhere.
  bool keeps_words = false;
  // A cgroup keeps the node's other GPUs from the rank, so that libraries do not see them, shown or not.
  bool is_constrained = false;
  int missing = -1;  // the number of a GPU that was granted and has no device node
};

// `open` are the GPUs that this process's device cgroup lets it open. Reads the environment as Slurm gave it to the
// rank, stale variables taken away: Slurm does that where it manages GPUs. `is_batch`: of the job's script.
Grant read_grant(const Table& table, Mask open, bool is_batch);

// Whether Slurm's variables say anything of GPUs: else a rank need not ask its cgroup.
bool may_have_gpus(const Table& table);

// The GPUs of the table whose device nodes, on the host, the device cgroup does not deny this process. A permission
// that is missing otherwise does not count: it is told when the device is used.
Mask open_to_this_process(const Table& table);

// The variable in which Slurm tells the vendor's library what it may use.
const char* variable_of(unsigned vendor);

}  // namespace slipway::gpu
