// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include "lib/base/error.h"

namespace slipway {

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw system_error("container", "pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace slipway
