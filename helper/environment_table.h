// Which variables of the step reach the container: the table that is installed (conf/environment.conf), and what the
// admin's own adds.
#pragma once

#include <string>
#include <vector>

namespace slipway {

struct EnvironmentRule {
  bool pass = false;
  std::string name;  // ends with *: all names that begin so
};

// The lines of both files, in order; the last that fits a variable counts. `own_table` may be empty: there is none.
// Throws Error: a file that cannot be read, or a line that is not understood.
std::vector<EnvironmentRule> read_environment_table(const std::string& own_table);

// The lines of one file's `text`; `path` is for the error.
std::vector<EnvironmentRule> rules_of(const std::string& text, const std::string& path);

}  // namespace slipway
