// The command line of the process that the plugin is loaded into: what SPANK does not tell a plugin, it sometimes does.
#pragma once

#include <string>
#include <vector>

namespace slipway {

// The words as they are now: slurmstepd shows its title in their place. Empty when they cannot be read.
// Source: /proc/self/cmdline, proc(5).
std::vector<std::string> own_command_line();

}  // namespace slipway
