// SPDX-License-Identifier: BSD-3-Clause

// Where the processes of a step or job start, which SPANK tells no plugin of a client: read from the words.
#pragma once

#include <string>
#include <vector>

namespace slipway {

// What --chdir or -D says among the words of a srun, sbatch or salloc; empty: nothing. They end at the first word that
// can be neither an option nor an option's value.
std::string typed_directory(const std::vector<std::string>& words);

// Absolute and without links, where it exists. Where nothing is typed, this process's own.
std::string start_directory(const std::vector<std::string>& words, bool is_step);

}  // namespace slipway
