// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/multi_prog.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <string_view>

namespace slipway {

namespace {

// "3" or "0-7", and either number may be missing (_in_range in slurmstepd's multi_prog.c).
bool is_range(std::string_view part) {
  const size_t dash = part.find('-');
  const auto is_number = [](std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return isdigit(c) != 0; });
  };
  if (part.empty() || !is_number(part.substr(0, dash))) return false;
  return dash == part.npos || is_number(part.substr(dash + 1));
}

// As Slurm reads them: parts that are empty, or no range, are left out, and the others count.
bool names_ranks(std::string_view ranks) {
  if (ranks.starts_with('*')) return true;
  while (!ranks.empty()) {
    const std::string_view part = ranks.substr(0, ranks.find(','));
    if (is_range(part)) return true;
    ranks.remove_prefix(std::min(part.size() + 1, ranks.size()));
  }
  return false;
}

// However odd the rest: what Slurm makes of a list is its own affair. A backslash continues a line.
bool is_ranks_and_command(const std::string& line) {
  std::istringstream words(line);
  std::string ranks, command;
  words >> ranks >> command;
  const bool has_command = !command.empty() || ranks.ends_with('\\');
  if (ranks.ends_with('\\')) ranks.pop_back();
  return has_command && names_ranks(ranks);
}

}  // namespace

bool is_multi_prog(const Slurm& slurm, const std::vector<std::string>& command_line) {
  if (const auto option = slurm.option("multi-prog")) return *option == "set";
  return getenv("SLURM_MULTI_PROG") ||
         std::find(command_line.begin(), command_line.end(), "--multi-prog") != command_line.end();
}

std::string line_of_multi_prog(const std::vector<std::string>& words) {
  if (words.size() < 2) return "";
  std::istringstream text(words[1]);
  for (std::string line; std::getline(text, line);) {
    if (is_ranks_and_command(line)) return line;
  }
  return "";
}

}  // namespace slipway
