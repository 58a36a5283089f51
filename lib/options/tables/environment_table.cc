// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/environment_table.h"

#include <algorithm>

#include "lib/options/tables/table_file.h"

namespace slipway {

namespace {

// In the order of EnvironmentRule::Verb.
constexpr std::string_view kVerbs[] = {"drop", "pass", "keep", "always"};

std::vector<EnvironmentRule> rules_of_lines(const std::vector<TableLine>& lines) {
  std::vector<EnvironmentRule> rules;
  for (const TableLine& line : lines) {
    if (line.name.find('=') != line.name.npos || line.name.find('*') < line.name.size() - 1) {
      refuse_line(line.where, kVerbs);
    }
    rules.push_back({static_cast<EnvironmentRule::Verb>(line.verb), line.name});
  }
  return rules;
}

}  // namespace

std::vector<EnvironmentRule> rules_of(const std::string& text, const std::string& path) {
  return rules_of_lines(table_lines(text, path, kVerbs));
}

bool keeps(const std::vector<EnvironmentRule>& rules, std::string_view name) {
  return std::any_of(rules.begin(), rules.end(), [&](const EnvironmentRule& rule) {
    if (rule.verb != EnvironmentRule::kKeep) return false;
    return rule.name.ends_with('*') ? name.starts_with(std::string_view(rule.name).substr(0, rule.name.size() - 1))
                                    : name == rule.name;
  });
}

std::vector<EnvironmentRule> read_environment_table(const std::string& own_table) {
  return rules_of_lines(read_tables("environment.conf", own_table, "environment", kVerbs));
}

}  // namespace slipway
