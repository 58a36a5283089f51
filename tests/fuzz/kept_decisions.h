// SPDX-License-Identifier: BSD-3-Clause

// enter's reader of plans, so that it can run many times in one process: where enter would end, an exception is thrown;
// what it keeps until exec is given back when the run ends. Copies of plans end where the plans end, so that the
// sanitizer sees a byte read behind them.
#pragma once

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "lib/base/text.h"
#include "lib/protocol/wire.h"

extern char** environ;

namespace fuzz {

struct Ended {};

inline std::vector<std::unique_ptr<char[]>> kept;

inline void* keep(size_t size) {
  kept.push_back(std::make_unique<char[]>(size));
  return kept.back().get();
}

inline void* keep_file(void*, size_t size, int, int, int file, off_t) {
  if (size == 0) return MAP_FAILED;
  void* const copy = keep(size);
  return pread(file, copy, size, 0) == static_cast<ssize_t>(size) ? copy : MAP_FAILED;
}

// The process's environment while it lives.
class Environment {
 public:
  explicit Environment(const std::vector<std::string>& variables) : before_(environ) {
    variables_ = variables;
    for (std::string& variable : variables_) pointers_.push_back(variable.data());
    pointers_.push_back(nullptr);
    environ = pointers_.data();
  }
  ~Environment() {
    environ = before_;
    kept.clear();
  }
  Environment(const Environment&) = delete;

 private:
  char** before_;
  std::vector<std::string> variables_;
  std::vector<char*> pointers_;
};

}  // namespace fuzz

namespace slipway {

[[noreturn]] inline void end_run(int, const char*, const char*, const char*) { throw fuzz::Ended(); }
[[noreturn]] inline void end_run_at(const char*, const char*, const char* = nullptr) { throw fuzz::Ended(); }
inline void say_nothing(const char* notice) {
  if (strlen(notice) > 1'000'000) __builtin_trap();  // reads all of it
}

}  // namespace slipway

// All that it includes is included above, under its own names.
#define malloc fuzz::keep
#define mmap fuzz::keep_file
#define fail end_run
#define fail_call end_run_at
#define tell say_nothing
#include "lib/protocol/decisions.cc"
#undef malloc
#undef mmap
#undef fail
#undef fail_call
#undef tell
