// stage's attempt to make a container, in a process that can be killed at any point.
#pragma once

#include <sys/types.h>

#include "helper/fd.h"
#include "helper/request.h"

namespace slipway {

class Worker {
 public:
  // Starts making the container. Throws Error.
  explicit Worker(const Request& request);
  // Kills what still runs. Does not wait for it: it may hang in the kernel.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Sends the ranks what the worker made, or why it could not. Ends the attempt after `seconds`.
  void deliver(int ranks, unsigned seconds);

 private:
  pid_t pid_ = -1;
  Fd answer_;
};

}  // namespace slipway
