// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/marker.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "lib/base/mark.h"

namespace slipway {

namespace {

// Where the command of a line begins; npos: the line has none.
size_t command_in(std::string_view line) {
  const auto skip = [&](size_t at, bool blanks) {
    while (at < line.size() && (isspace(static_cast<unsigned char>(line[at])) != 0) == blanks) ++at;
    return at;
  };
  const size_t ranks = skip(0, true);
  if (ranks == line.size() || line[ranks] == '#') return line.npos;
  const size_t command = skip(skip(ranks, false), true);
  return command == line.size() ? line.npos : command;
}

}  // namespace

std::string mark_command(const std::string& command) { return kMark + command; }

bool is_marked(const std::string& command) { return command.starts_with(kMark); }

std::string unmark_command(const std::string& command) {
  return is_marked(command) ? command.substr(sizeof kMark - 1) : command;
}

std::string mark_multi_prog(const std::string& text) {
  std::string marked;
  bool is_continued = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    const size_t command = is_continued ? line.npos : command_in(line);
    if (command != line.npos) marked.append(line.substr(0, command)).append(kMark).append(line.substr(command));
    else marked.append(line);
    if (end < text.size()) marked += '\n';
    if (!line.empty()) is_continued = line.ends_with('\\');  // slurmstepd does not see empty lines
    begin = end + 1;
  }
  return marked;
}

}  // namespace slipway
