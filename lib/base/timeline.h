// SPDX-License-Identifier: BSD-3-Clause

// Where the time goes until a step's ranks have their container, for users who want to know (SLIPWAY_VERBOSE=1). stage
// has no standard error of the user's: the text travels in the ranks' one message (lib/protocol/wire.h), and enter
// prints it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace slipway {

class Timeline {
 public:
  using Clock = std::chrono::steady_clock;  // the same in all processes of stage

  // The clock starts. Where it is not `wanted`, nothing is recorded.
  explicit Timeline(bool wanted, Clock::time_point start = Clock::now())
      : wanted_(wanted), start_(start), last_(start) {}

  // Something ended that began where the phase before it did.
  void phase(std::string_view name);
  // Something that another process did at the same time.
  void add(std::string_view name, Clock::duration duration);
  // Everything, from the start on.
  void whole(std::string_view name) { add(name, Clock::now() - start_); }
  // The time since the last phase belongs to none: another process is waited for.
  void skip() { last_ = Clock::now(); }

  // "image opened 0.4 ms, mounted by the kernel 1.2 ms"; empty where it is not wanted.
  const std::string& text() const { return text_; }

 private:
  const bool wanted_;
  const Clock::time_point start_;
  Clock::time_point last_;
  std::string text_;
};

}  // namespace slipway
