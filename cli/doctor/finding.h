// SPDX-License-Identifier: BSD-3-Clause

// What one check of slipway doctor answers: how it is, what was found, what that means for Slipway, how to mend it.
#pragma once

#include <string>

namespace slipway::doctor {

enum class Status {
  kOk,
  kWarning,  // containers run, but not all that they could do
  kMissing,  // something that containers need
  kUnknown,  // cannot be seen from here, or not by this user
};

struct Finding {
  Status status = Status::kOk;
  std::string found, means, remedy;  // `remedy` is empty where there is nothing to mend
  std::string check;                 // its name, which the table of checks gives it
};

// "ok", "warning", "missing" or "unknown".
const char* word_of(Status status);

Finding ok(std::string found, std::string means);
Finding warning(std::string found, std::string means, std::string remedy);
Finding missing(std::string found, std::string means, std::string remedy);
Finding unknown(std::string found, std::string means, std::string remedy);

// For what lies in a directory that this process may not enter.
Finding hidden(const std::string& path);

}  // namespace slipway::doctor
