// SPDX-License-Identifier: BSD-3-Clause

// The subcommands of slipway(1). Each takes the words behind its name, throws Error for what fails and UsageError for
// words it does not understand, and returns the exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace slipway {

class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

int build_command(const std::vector<std::string>& words);
int doctor_command(const std::vector<std::string>& words);
int explain_command(const std::vector<std::string>& words);
int explain_parsed_command(const std::vector<std::string>& words);  // for the plugin: plugin/explain_option.h
int inspect_command(const std::vector<std::string>& words);
int policy_command(const std::vector<std::string>& words);
int topology_command(const std::vector<std::string>& words);
int verify_command(const std::vector<std::string>& words);

}  // namespace slipway
