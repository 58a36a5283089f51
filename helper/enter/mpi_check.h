// SPDX-License-Identifier: BSD-3-Clause

// Whether the program's MPI can talk to what Slurm gave this rank: stage knows the one (lib/hostlibs/mpi_check.h), only
// the rank's environment the other.
#pragma once

#include "lib/protocol/decisions.h"

namespace slipway {

// Ends this rank where it certainly cannot, with stage's sentence from the step's first rank: each rank of such a
// program would wait for ever. Where stage only saw nothing that could, the sentence is a warning: a client may lie
// where stage did not look. A step of one rank is one, whatever it has. To be called before the image's environment
// hides what Slurm said.
void check_mpi(const Decisions& decisions);

}  // namespace slipway
