// SPDX-License-Identifier: BSD-3-Clause

// A rank's GPUs: which it has, that they are inside, and in which order it sees them.
#pragma once

#include "lib/protocol/decisions.h"
#include "lib/gpu/grant.h"
#include "lib/gpu/meeting.h"
#include "lib/gpu/words.h"

namespace slipway {

// What of GPUs came with the container; all of it is nullptr where the node has none, or the site shows none.
struct Gpus {
  const gpu::Table* table = nullptr;
  int meeting = -1;  // the descriptor, until the rank is inside
  gpu::Grant grant;
  gpu::Words slurms;
};

// Before this rank's variables are changed and it joins: takes the descriptors that came with the container, and what
// Slurm says. Ends this rank when it was granted a GPU that the node does not have.
Gpus read_gpus(int table, int meeting);

// Inside the container, while this rank can still change it: shows the rank its GPUs and sets its variables.
void take_gpus(const Gpus& gpus, const Decisions& decisions);

}  // namespace slipway
