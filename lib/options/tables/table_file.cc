// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/table_file.h"

#include <algorithm>

#include "lib/base/error.h"
#include "lib/base/text_file.h"

namespace slipway {

namespace {

constexpr char kInstalledTables[] = PKGDATADIR "/";
constexpr std::string_view kBlanks = " \t";

// Takes the first word off `line`.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(word.size());
  return word;
}

void add_lines(std::vector<TableLine>& lines, const std::string& path, const char* key,
               std::span<const std::string_view> verbs) {
  const std::string text = text_of_file(path);
  if (text.empty()) {
    throw Error(printable(path), "cannot be read",
                "ask the admin to install it, or to correct " + std::string(key) + "= in plugstack.conf");
  }
  const std::vector<TableLine> more = table_lines(text, path, verbs);
  lines.insert(lines.end(), more.begin(), more.end());
}

}  // namespace

void refuse_line(const std::string& where, std::span<const std::string_view> verbs) {
  std::string kinds;
  for (size_t i = 0; i < verbs.size(); ++i) {
    kinds += (i == 0 ? "" : i + 1 < verbs.size() ? ", " : " and ") + ('"' + std::string(verbs[i])) + " NAME\"";
  }
  throw Error(where, "is none of " + kinds, "ask the admin to correct it");
}

std::vector<TableLine> table_lines(std::string_view text, const std::string& path,
                                   std::span<const std::string_view> verbs) {
  std::vector<TableLine> lines;
  size_t number = 0;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++number;
    line = line.substr(0, line.find('#'));
    const std::string_view word = take_word(line), name = take_word(line);
    if (word.empty()) continue;
    const std::string where = printable(path) + " line " + std::to_string(number);
    const auto verb = std::find(verbs.begin(), verbs.end(), word);
    if (verb == verbs.end() || name.empty() || !take_word(line).empty()) refuse_line(where, verbs);
    lines.push_back({static_cast<size_t>(verb - verbs.begin()), std::string(name), where});
  }
  return lines;
}

std::vector<TableLine> read_tables(const char* file, const std::string& own_table, const char* key,
                                   std::span<const std::string_view> verbs) {
  std::vector<TableLine> lines;
  add_lines(lines, kInstalledTables + std::string(file), key, verbs);
  if (!own_table.empty()) add_lines(lines, own_table, key, verbs);
  return lines;
}

}  // namespace slipway
