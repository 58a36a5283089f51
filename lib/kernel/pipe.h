// SPDX-License-Identifier: BSD-3-Clause

// pipe(2), with ends that are owned.
#pragma once

#include "lib/base/fd.h"

namespace slipway {

struct Pipe {
  Fd read, write;
};

// Close-on-exec. Throws Error.
Pipe make_pipe();

}  // namespace slipway
