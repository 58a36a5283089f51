// SPDX-License-Identifier: BSD-3-Clause

// srun --multi-prog: the step's words are a file of commands, one for some of the ranks each. Before Slurm 23.11
// slurmstepd has read that file's commands before any hook runs, and none of them can be handed to enter.
#pragma once

#include <string>
#include <vector>

#include "plugin/spank.h"

namespace slipway {

// Whether srun was asked for it, by its command line or its environment.
bool is_multi_prog(const Slurm& slurm, const std::vector<std::string>& command_line);

// Why the step's words, as a node has them, could be such a step's: Slurm does not tell. The second word is then the
// file's text; what is returned is its first line that has ranks and a command (srun(1), MULTIPLE PROGRAM
// CONFIGURATION), also of a program's first argument that only reads like that. Empty where there is none.
std::string line_of_multi_prog(const std::vector<std::string>& words);

}  // namespace slipway
