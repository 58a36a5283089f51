// Where a step's ranks stand on this node. slurmstepd knows it only when it forks them; stage is started earlier,
// builds for the place that is most likely, and builds again in the rare case that the ranks stand elsewhere.
#pragma once

#include <optional>
#include <string>

#include "helper/fd.h"

namespace slipway {

struct Place {
  std::string cwd;     // the step's working directory
  Fd mount_namespace;  // the host's, or the job's own (job_container/tmpfs)
};

// Sent once, by the node's first rank while it is root. Throws Error.
void send_place(int socket, const Place& place);

// Blocks. Nothing: the step ended before its ranks began.
std::optional<Place> receive_place(int socket);

}  // namespace slipway
