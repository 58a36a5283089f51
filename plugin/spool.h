// Slurm's spool directory on this node, which SPANK does not tell.
#pragma once

#include <cstdint>
#include <string>

namespace slipway {

// An absolute path, known to slurmstepd by the socket on which it listens, "SPOOL/NODE_JOB.STEP" (stepd_api.c in all
// releases of Slurm); empty when this process, which is to be slurmstepd, has no such socket.
std::string spool_directory(uint32_t job, uint32_t step);

}  // namespace slipway
