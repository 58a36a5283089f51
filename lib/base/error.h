// SPDX-License-Identifier: BSD-3-Clause

// The one error type. It holds the sentence its user will read: what failed, why, and what to do about it.
// Thrown anywhere, caught once, at the edge of a process, and printed there behind "slipway: " and, on a node, its
// name.
#pragma once

#include <stdexcept>
#include <string>

#include "lib/base/exit_code.h"

namespace slipway {

class Error : public std::runtime_error {
 public:
  // "<what>: <why>; <remedy>", without the remedy where there is none to give.
  Error(const std::string& what, const std::string& why, const std::string& remedy = "",
        int exit_code = kExitRefused);

  // An Error of another process, whose sentence is complete already.
  static Error reported(const std::string& sentence, int exit_code) { return Error(sentence, exit_code); }

  int exit_code() const { return exit_code_; }

 private:
  Error(const std::string& sentence, int exit_code) : std::runtime_error(sentence), exit_code_(exit_code) {}

  int exit_code_;
};

// An Error whose reason is errno's text: "<what>: <call>: <strerror>". Reads errno before anything else can change it.
[[nodiscard]] Error system_error(const std::string& what, const char* call, const std::string& remedy = "");

// For what returns the system call that failed, with errno, or nullptr (lib/process/privileges.h). Throws Error.
void must(const char* failed_call);

// As in lib/base/text.h; at most `limit` bytes are kept.
std::string printable(const std::string& untrusted, size_t limit = 4096);

}  // namespace slipway
