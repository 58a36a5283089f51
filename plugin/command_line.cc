// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/command_line.h"

#include "lib/base/text_file.h"

namespace slipway {

namespace {

std::vector<std::string> strings_of(const char* file) {
  const std::string text = text_of_file(file);
  std::vector<std::string> strings;
  for (size_t start = 0; start < text.size(); start += strings.back().size() + 1) {
    strings.emplace_back(text.c_str() + start);
  }
  return strings;
}

}  // namespace

std::vector<std::string> own_command_line() { return strings_of("/proc/self/cmdline"); }

std::vector<std::string> first_environment() { return strings_of("/proc/self/environ"); }

std::string command_as_typed(const std::vector<std::string>& words, const std::vector<std::string>& command_line,
                             const std::string& search_path) {
  if (words.size() >= command_line.size()) return words[0];
  const std::string& typed = command_line[command_line.size() - words.size()];
  const size_t slash = words[0].find_last_of('/');
  if (slash == words[0].npos || words[0].substr(slash + 1) != typed) return words[0];
  // --bcast and a program in the working directory also make a path of a name, and mean it.
  const bool was_searched = (":" + search_path + ":").find(":" + words[0].substr(0, slash) + ":") != words[0].npos;
  return was_searched ? typed : words[0];
}

}  // namespace slipway
