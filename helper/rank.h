// The ranks of a step, as stage meets them: over the socket on which they wait for their container.
#pragma once

#include <sys/types.h>

#include <optional>

#include "helper/fd.h"

namespace slipway {

struct Rank {
  pid_t pid = -1;
  pid_t slurmstepd = -1;
};

// To be called before any rank is there. Throws Error.
void expect_ranks(int socket);

// Blocks until enter runs in one of them (enter/arrival.h): Slurm has then put it into its cgroups and limits. Nothing:
// the step ended before.
std::optional<Rank> await_rank(int socket);

}  // namespace slipway
