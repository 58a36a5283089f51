// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: the other texts that users, images and admins write: files of variables, enroot's /etc/rc, tables.
#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/base/error.h"
#include "lib/options/options.h"
#include "lib/options/tables/environment_table.h"
#include "lib/spec/start.h"
#include "lib/spec/variables.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace slipway;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string directory = directory_in_rc(text);
  if (!directory.empty() && (directory[0] != '/' || directory.find_first_of("\n\"$`\\") != directory.npos))
    __builtin_trap();
  try {
    for (const auto& [name, value] : variables_in(text, "file")) {
      if (!is_variable_name(name) || value.find('\n') != value.npos) __builtin_trap();
    }
  } catch (const Error&) {
  }
  variables_in(text, "");  // an image's: no line of it is an error
  try {
    for (const EnvironmentRule& rule : rules_of(text, "table")) {
      if (rule.name.empty() || rule.name.find_first_of("= \t\n#") != rule.name.npos) __builtin_trap();
      if (rule.name.find('*') < rule.name.size() - 1) __builtin_trap();
    }
  } catch (const Error&) {
  }
  return 0;
}
