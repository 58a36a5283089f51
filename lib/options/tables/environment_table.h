// SPDX-License-Identifier: BSD-3-Clause

// Which variables of the step reach the container: the table that is installed (conf/environment.conf), and what the
// admin's own adds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

struct EnvironmentRule {
  enum Verb {
    kDrop,
    kPass,
    kKeep,  // where the step has it, the image does not change it (helper/user/image_environment.h)
    kAlways,  // passes also with --container-cleanenv, as what is kept does
  } verb = kDrop;
  std::string name;  // ends with *: all names that begin so
};

// The lines of both files, in order; of drop and pass, the last that fits a variable counts. `own_table` may be empty:
// there is none. Throws Error: a file that cannot be read, or a line that is not understood.
std::vector<EnvironmentRule> read_environment_table(const std::string& own_table);

// Whether one of `rules` keeps the variable `name`.
bool keeps(const std::vector<EnvironmentRule>& rules, std::string_view name);

// The lines of one file's `text`; `path` is for the error.
std::vector<EnvironmentRule> rules_of(const std::string& text, const std::string& path);

}  // namespace slipway
