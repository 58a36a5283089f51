// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/environment_change.h"

#include <algorithm>
#include <iterator>

namespace slipway {

namespace {

// A * at the end of a name means many in a plan's rules.
bool can_be_dropped(std::string_view name) { return name.find('*') == name.npos; }

}  // namespace

bool is_shells_own(std::string_view name) {
  constexpr std::string_view kOwn[] = {"PWD", "OLDPWD", "SHLVL", "_"};
  // And of the text that sources the image's scripts, which may export whatever is set (set -a).
  return std::find(std::begin(kOwn), std::end(kOwn), name) != std::end(kOwn) || name.starts_with("_slipway_");
}

Environment environment_in(std::string_view block) {
  Environment environment;
  while (!block.empty()) {
    const std::string_view variable = block.substr(0, block.find('\0'));
    block.remove_prefix(std::min(variable.size() + 1, block.size()));
    const size_t equals = variable.find('=');
    if (equals == variable.npos || equals == 0) continue;
    environment.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return environment;
}

EnvironmentChange change_between(const Environment& before, const Environment& after,
                                 const std::vector<EnvironmentRule>& rules) {
  EnvironmentChange change;
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (is_shells_own(name) || (old != before.end() && old->second == value)) continue;
    (keeps(rules, name) ? change.fill : change.set).emplace_back(name, value);
  }
  for (const auto& [name, value] : before) {
    if (!after.contains(name) && !is_shells_own(name) && !keeps(rules, name) && can_be_dropped(name)) {
      change.drop.push_back(name);
    }
  }
  return change;
}

}  // namespace slipway
