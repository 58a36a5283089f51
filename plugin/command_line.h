// SPDX-License-Identifier: BSD-3-Clause

// The command line of the process that the plugin is loaded into: what SPANK does not tell a plugin, it sometimes does.
#pragma once

#include <string>
#include <vector>

namespace slipway {

// The words as they are now: slurmstepd shows its title in their place. Empty when they cannot be read.
// Source: /proc/self/cmdline, proc(5).
std::vector<std::string> own_command_line();

// The variables that the process was started with, as NAME=VALUE, whatever it changed since.
// Source: /proc/self/environ, proc(5).
std::vector<std::string> first_environment();

// The step's command as srun's `command_line` names it. With LaunchParameters=test_exec, srun looks for a bare name in
// the login node's PATH, `search_path`, and puts what it finds in `words[0]`, where a container wants the image's own
// program. Source: slurm.conf(5), test_exec; tried on 22.05. `words`: the step's, at least one.
std::string command_as_typed(const std::vector<std::string>& words, const std::vector<std::string>& command_line,
                             const std::string& search_path);

}  // namespace slipway
