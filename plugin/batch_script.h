// SPDX-License-Identifier: BSD-3-Clause

// What sbatch's script will call, as far as its text shows.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// The first of Slurm's commands that a line of the script begins with, or has where a shell takes a command: "srun".
// Empty: there is none.
std::string slurm_command_in(std::string_view script);

}  // namespace slipway
