// SPDX-License-Identifier: BSD-3-Clause

// What a rank's programs are told of its GPUs: the variables of the vendors' libraries.
#pragma once

#include "lib/gpu/table.h"
#include "lib/topology/gpu_binding.h"

namespace slipway::gpu {

// What they were when Slurm gave them to the rank; the strings stay the environment's.
struct Words {
  static constexpr int kCount = 4;
  const char* value[kCount] = {};
};
Words words_of_slurm();

// Has each vendor's library use the GPUs `seen`, in this order, by the numbers that it gives those that it can see:
// `visible`. Of the variables that Slurm sets for all vendors only those of the vendors that are there stay: of some
// libraries one would filter what another one has filtered already. What the user has changed since `slurms` stays.
void set_words(const Table& table, const topology::GpuList& seen, Mask visible, const Words& slurms);

}  // namespace slipway::gpu
