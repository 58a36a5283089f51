#include "plugin/multi_prog.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

namespace slipway {

namespace {

// However odd the rest: what Slurm makes of a list is its own affair. A backslash continues a line.
bool is_ranks_and_command(const std::string& line) {
  std::istringstream words(line);
  std::string ranks, command;
  words >> ranks >> command;
  const bool has_command = !command.empty() || ranks.ends_with('\\');
  return has_command && (ranks[0] == '*' || isdigit(static_cast<unsigned char>(ranks[0])));
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
