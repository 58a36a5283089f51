// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/nic_table.h"

#include <algorithm>

#include "lib/options/options.h"
#include "lib/options/tables/table_file.h"

namespace slipway {

namespace {

constexpr std::string_view kVerbs[] = {"name", "leave"};
constexpr size_t kLeave = 1;

std::vector<std::string> variables_of_lines(const std::vector<TableLine>& lines) {
  std::vector<std::string> variables;
  for (const TableLine& line : lines) {
    const std::string variable = line.name.substr(0, line.name.find('='));
    const std::string form = line.name.substr(std::min(variable.size() + 1, line.name.size()));
    const bool is_good = line.verb == kLeave ? variable == line.name : std::count(form.begin(), form.end(), '%') == 1;
    if (!is_good || !is_variable_name(variable)) refuse_line(line.where, kVerbs);
    std::erase_if(variables, [&](const std::string& other) { return other.starts_with(variable + "="); });
    if (line.verb != kLeave) variables.push_back(line.name);
  }
  return variables;
}

}  // namespace

std::vector<std::string> nic_variables_of(const std::string& text, const std::string& path) {
  return variables_of_lines(table_lines(text, path, kVerbs));
}

std::vector<std::string> read_nic_table(const std::string& own_table) {
  return variables_of_lines(read_tables("nics.conf", own_table, "nics", kVerbs));
}

}  // namespace slipway
