// How the client makes sure that a step which asked for a container never runs on the host of a node where the plugin
// is missing: it puts a directory that exists nowhere in front of argv[0], and only the plugin on the node takes it
// away again. Without it, slurmstepd fails to execute that path, which says what is wrong.
#pragma once

#include <string>

namespace slipway {

std::string mark_command(const std::string& command);

// The command as the user wrote it, whether it was marked or not (the batch script is not).
std::string unmark_command(const std::string& command);

}  // namespace slipway
