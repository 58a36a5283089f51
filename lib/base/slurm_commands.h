// SPDX-License-Identifier: BSD-3-Clause

// The commands of Slurm's that scripts of jobs call. sbatch warns of a script that calls one and is to run in an image
// (plugin/client.cc); inside, each is a link to what says the same (lib/spec/layout.cc).
#pragma once

#include <string_view>

namespace slipway {

inline constexpr std::string_view kSlurmCommands[] = {"srun",    "sbatch",   "salloc", "sattach", "sbcast", "squeue",
                                                      "scancel", "scontrol", "sinfo",  "sacct",   "sstat"};

}  // namespace slipway
