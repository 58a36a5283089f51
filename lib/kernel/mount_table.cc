// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/mount_table.h"

#include <algorithm>
#include <charconv>

namespace slipway {

namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    words.push_back(line.substr(0, line.find(' ')));
    line.remove_prefix(std::min(words.back().size() + 1, line.size()));
  }
  return words;
}

// Blanks, line ends and backslashes in paths are written as a backslash and three octal digits.
std::string unescaped(std::string_view word) {
  std::string text;
  for (size_t i = 0; i < word.size(); ++i) {
    int byte = 0;
    const char* const digits = word.data() + i + 1;
    if (word[i] == '\\' && i + 3 < word.size() && std::from_chars(digits, digits + 3, byte, 8).ptr == digits + 3) {
      text.push_back(static_cast<char>(byte));
      i += 3;
    } else {
      text.push_back(word[i]);
    }
  }
  return text;
}

}  // namespace

std::vector<MountEntry> mount_table_of(std::string_view text) {
  std::vector<MountEntry> table;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    // "id parent device root directory options [more]... - type source super-options"
    const size_t dash = line.find(" - ");
    if (dash == line.npos) continue;
    const auto before = words_of(line.substr(0, dash)), behind = words_of(line.substr(dash + 3));
    int id = 0;
    if (before.size() < 6 || behind.size() < 3) continue;
    if (std::from_chars(before[0].data(), before[0].data() + before[0].size(), id).ec != std::errc()) continue;
    table.push_back({id, std::string(before[2]), unescaped(before[3]), unescaped(before[4]), std::string(before[5]),
                     std::string(behind[0]), std::string(behind[2])});
  }
  return table;
}

}  // namespace slipway
