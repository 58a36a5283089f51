// SPDX-License-Identifier: BSD-3-Clause

// How `slipway explain` asks the plugin in srun, sbatch and salloc for its answer: by an option, since a Slurm without
// the plugin does not know it, and so refuses to start anything.
#pragma once

namespace slipway {

inline constexpr char kExplainOption[] = "slipway-explain";

// The subcommand of slipway that the plugin executes in place of the client, when the first component's options are
// parsed. Its words: the values (to_text in lib/options/option_table.h), the admin's settings, "--", the command line.
inline constexpr char kExplainParsed[] = "explain-parsed";

}  // namespace slipway
