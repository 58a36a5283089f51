// SPDX-License-Identifier: BSD-3-Clause

// What one of slipway's commands was called with, read by getopt_long(3): "--comp=lz4" and "--comp lz4" alike, options
// before and behind operands, "--" in front of operands that begin with "-".
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace slipway {

class Arguments {
 public:
  // The options that `command` has stand in cli/usage.h. Of a command that ends with another program's arguments, the
  // first operand ends the options. Throws UsageError: an unknown option, a value that is missing or too much.
  Arguments(const std::string& command, const std::vector<std::string>& words);

  bool has(const std::string& option) const { return value_of(option).has_value(); }
  // Empty for an option without one; the last where it was given several times. Nothing: it was not given.
  std::optional<std::string> value_of(const std::string& option) const;
  // All, in order, as they are called: "--key".
  const std::vector<std::pair<std::string, std::string>>& options() const { return options_; }
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  std::vector<std::pair<std::string, std::string>> options_;
  std::vector<std::string> operands_;
};

}  // namespace slipway
