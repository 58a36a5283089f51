// SPDX-License-Identifier: BSD-3-Clause

// What slipway's commands are called with, for those who ask and those who mistype.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/commands.h"

namespace slipway {

struct OptionUsage {
  const char* spelling;  // "--comp=NAME"
  const char* what;
};

struct CommandUsage {
  const char* name;
  const char* operands;  // behind the options
  const char* what;
  std::span<const OptionUsage> options;
  bool ends_with_command = false;  // another program's words, options too
};

// Without those that no user calls.
std::span<const CommandUsage> usages();
// Nothing where there is no such command.
const CommandUsage* usage_of(const std::string& command);

// What slipway help prints, without and with a command.
std::string text_of_usages();
std::string text_of(const CommandUsage& usage);

// Whether these words of the command are no call, but ask what it is called with.
bool asks_for_help(const CommandUsage& usage, const std::vector<std::string>& words);

// Each names what was meant, where that is close.
UsageError no_command(const std::string& name);
UsageError unknown_word(const std::string& command, const std::string& word);

}  // namespace slipway
