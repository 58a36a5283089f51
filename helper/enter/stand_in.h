// SPDX-License-Identifier: BSD-3-Clause

// With a pid namespace of the step's own, the process that slurmstepd started cannot become the program: it cannot
// enter that namespace itself, only its children can. It stays outside and stands in for the program, towards
// slurmstepd and whoever knows the rank by its number on the node.
#pragma once

#include <signal.h>
#include <sys/types.h>

namespace slipway {

// Forks, and returns in the child, which goes on as the rank. The parent gives up everything, `held` too (descriptors
// that the rank needs), but for `lifeline`. It relays signals and ends as the rank ends: with the same exit code, or by
// the same signal. When it is killed, so is the rank. A terminal that the parent controls becomes the child's.
// `is_batch`: this is the job's batch step.
void leave_stand_in(int lifeline, const int* held, int count, bool is_batch);

// Whether the stand-in has to tell the rank of `signal`: not when it was sent to both. The kernel sends to the group in
// front of a terminal, and slurmstepd to all processes of a step, except that it sends the batch step's first process
// alone what scancel --batch and sbatch --signal=B: ask for.
bool is_to_be_relayed(const siginfo_t& signal, pid_t slurmstepd, bool is_batch);

}  // namespace slipway
