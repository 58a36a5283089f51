// SPDX-License-Identifier: BSD-3-Clause

// Puts the mark (lib/base/mark.h) in front of commands.
#pragma once

#include <string>

namespace slipway {

std::string mark_command(const std::string& command);
bool is_marked(const std::string& command);

// The command as the user wrote it, whether it was marked or not (the batch script is not).
std::string unmark_command(const std::string& command);

// The text of a --multi-prog file with each of its commands marked, as slurmstepd reads it (multi_prog.c there): a line
// holds ranks, a command and its arguments, and a backslash at its end continues it. What is no such line stays as it
// is.
std::string mark_multi_prog(const std::string& text);

}  // namespace slipway
