// SPDX-License-Identifier: BSD-3-Clause

// What a shell's scripts made of an environment, as entries of a plan.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/options/tables/environment_table.h"

namespace slipway {

using Environment = std::map<std::string, std::string, std::less<>>;

// As /proc/PID/environ has it (proc(5)): "NAME=value", each ended by NUL. Strings of another form are left out.
Environment environment_in(std::string_view block);

// Whether a shell, or the text that sources the image's scripts, sets this variable for itself.
bool is_shells_own(std::string_view name);

struct EnvironmentChange {
  std::vector<std::pair<std::string, std::string>> set;   // always
  std::vector<std::pair<std::string, std::string>> fill;  // where the rank has no such variable
  std::vector<std::string> drop;
};

// Without the variables that shells set for themselves. Those that a rule keeps are the step's where the step has them.
EnvironmentChange change_between(const Environment& before, const Environment& after,
                                 const std::vector<EnvironmentRule>& rules);

}  // namespace slipway
