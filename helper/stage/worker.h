// SPDX-License-Identifier: BSD-3-Clause

// stage's attempt to make a container, in a process that can be killed at any point.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>

#include "lib/base/fd.h"
#include "lib/base/timeline.h"
#include "lib/kernel/channel.h"
#include "lib/process/rank.h"
#include "lib/protocol/request.h"
#include "lib/protocol/wire.h"

namespace slipway {

// For the worker's side, when it has sent its answer: blocks until the ranks have it. False: another attempt's is sent.
bool is_delivered(int answer);

class Worker {
 public:
  // Starts making the container; `timeline` holds what was done before. Throws Error.
  Worker(const Request& request, const Timeline& timeline);
  // Kills what still runs. Does not wait for it: it may hang in the kernel.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Sends the ranks what the worker made, or why it could not. Takes their socket, and closes it then: end of file
  // means that nothing will come any more. With an image that is mounted by FUSE it returns when the server has ended.
  // `rank` is one that was met already, `timeline` this process's own, since the worker started. Throws Error, for the
  // ranks.
  void deliver(Fd& ranks, const Hellos& hellos, std::optional<Rank> rank, Timeline timeline);

 private:
  // The worker's next datagram. Throws Error.
  Datagram receive(Wire& wire, const Patience& patience);

  const Request& request_;
  pid_t pid_ = -1;
  Fd answer_;
};

}  // namespace slipway
