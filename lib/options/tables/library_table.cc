// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/library_table.h"

#include "lib/options/tables/table_file.h"

namespace slipway {

namespace {

// In the order of LibraryRule::Verb.
constexpr std::string_view kVerbs[] = {"with", "beside"};

std::vector<LibraryRule> rules_of_lines(const std::vector<TableLine>& lines) {
  std::vector<LibraryRule> rules;
  for (const TableLine& line : lines) {
    const size_t colon = line.name.find(':');
    if (colon == line.name.npos || colon == 0 || colon + 1 == line.name.size()) refuse_line(line.where, kVerbs);
    rules.push_back(
        {static_cast<LibraryRule::Verb>(line.verb), line.name.substr(0, colon), line.name.substr(colon + 1)});
  }
  return rules;
}

}  // namespace

std::vector<LibraryRule> library_rules_of(const std::string& text, const std::string& path) {
  return rules_of_lines(table_lines(text, path, kVerbs));
}

std::vector<LibraryRule> read_library_table(const std::string& own_table) {
  return rules_of_lines(read_tables("libraries.conf", own_table, "libraries", kVerbs));
}

}  // namespace slipway
