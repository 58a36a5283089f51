// SPDX-License-Identifier: BSD-3-Clause

// Waiting for the node's container.
#pragma once

#include "lib/protocol/wire.h"

namespace slipway {

// Descriptors of this rank's own, close-on-exec, in the order of lib/protocol/wire.h.
struct Arrival {
  unsigned unshared = 0;
  bool has_gpus = false;
  int count = 0;
  int descriptors[kMostWireDescriptors];
};

// Tells stage that this rank is there (lib/process/rank.h). `hello`: an eventfd, which must not block.
void say_hello(int hello);

// Waits at most `timeout_ms` for the message that stage writes once for all ranks, and leaves it there for the others
// (MSG_PEEK). Anything but a container ends this rank: stage's own sentence, its death, silence, another release.
Arrival await_container(int socket, int timeout_ms);

}  // namespace slipway
