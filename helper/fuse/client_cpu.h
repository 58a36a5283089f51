// SPDX-License-Identifier: BSD-3-Clause

// Where the server runs: beside the process that asks. Each answer is waited for, so while one process alone asks, the
// two work by turns, and to wake another CPU for each turn takes longer than the turn.
#pragma once

#include <sched.h>
#include <sys/types.h>

namespace slipway {

class ClientCpu {
 public:
  ClientCpu();

  // To be told of every request. Moves this process to the CPU of a client that has asked many times in a row, and
  // gives up that place when another asks. Only time is lost where it fails.
  void asked_by(pid_t client);

 private:
  cpu_set_t allowed_;
  pid_t client_ = 0;
  unsigned in_a_row_ = 0;
  bool is_bound_ = false;
};

}  // namespace slipway
