// SPDX-License-Identifier: BSD-3-Clause

// The copy of a signed image that is verified and mounted in its place, where the user could still change the file
// itself: nobody can change the copy. It lies in memory, as long as the step's mount, and counts for the step.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "lib/base/fd.h"
#include "lib/process/rank.h"
#include "lib/protocol/request.h"

namespace slipway {

// From the worker to the watcher, with the image; the answer is a Go, with the copy.
struct SealOrder {
  uint64_t most;  // bytes that the copy may have (sealed_size=)
};

// Copies `image` in a process that is the user, where `rank` is accounted and limited. Called by root, which reads none
// of it. Throws Error: too large, unreadable, an end of patience.
Fd copy_of(const Request& request, int image, const SealOrder& order, const Rank& rank, const Patience& patience);

// The copy for reading alone, once nobody can write, grow or shrink it: also those who still hold a descriptor of it.
// Throws Error.
Fd sealed(const Fd& copy);

}  // namespace slipway
