// SPDX-License-Identifier: BSD-3-Clause

// The first process of a step's pid namespace on a node (--container-unshare=pid): with its end the kernel ends all
// others there, so it outlives each single rank. It reaps orphans and does nothing else.
#pragma once

#include <sys/types.h>

#include <span>

#include "lib/base/fd.h"
#include "lib/process/rank.h"
#include "lib/protocol/request.h"

namespace slipway {

struct InitProcess {
  Fd pid_namespace;
  Fd lifeline;  // the process ends when no one holds this any more: each rank's stand-in does (helper/enter/stand_in.h)
};

// Starts it as the user, as a member of the step of which `rank` is a process, inside the container whose namespaces
// these are (in the order of lib/protocol/wire.h), and mounts the /proc of its pid namespace there. Called by root.
// Throws Error.
InitProcess start_init_process(const Request& request, const Rank& rank, std::span<const Fd> namespaces,
                               const Patience& patience);

}  // namespace slipway
