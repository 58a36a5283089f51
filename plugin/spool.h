// SPDX-License-Identifier: BSD-3-Clause

// The socket on which this process, which is to be slurmstepd, listens. Its name says what SPANK does not: Slurm's
// spool directory on this node, and the component of a heterogeneous step.
#pragma once

#include <cstdint>
#include <string>

namespace slipway {

// An absolute path, "SPOOL/NODE_JOB.STEP" (stepd_api.c in all releases of Slurm); empty: there is no such socket.
std::string step_socket(uint32_t job, uint32_t step);

// Its directory; empty: there is none.
std::string spool_directory(uint32_t job, uint32_t step);

}  // namespace slipway
