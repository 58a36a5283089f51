// SPDX-License-Identifier: BSD-3-Clause

// Where a step's ranks stand on this node. slurmstepd knows it only when it forks them; stage is started earlier,
// builds for the place that is most likely, and builds again in the rare case that the ranks stand elsewhere.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "lib/base/fd.h"
#include "lib/process/rank.h"

namespace slipway {

struct Place {
  std::string cwd;                          // the step's working directory
  Fd mount_namespace;                       // the host's, or the job's own (job_container/tmpfs)
  std::optional<Rank> rank = std::nullopt;  // who is known to stand there, when it was met
};

// Sent once, by the node's first rank while it is root: early. In a mount namespace of the job's own its directory is
// not yet the step's: slurmstepd goes there afterwards, as the user. Throws Error.
void send_place(int socket, const Place& place);

// Blocks. Nothing: whoever could have sent it is gone.
std::optional<Place> receive_place(int socket);

// Blocks until a rank waits for its container (lib/process/rank.h), and looks where it stands, by the kernel's word:
// nothing that a user says is heard. Nothing: the step ended before. Throws Error.
std::optional<Place> place_of_a_rank(const Hellos& hellos);

// The one or the other, whichever comes first: the rank that should send it may be killed before it does.
std::optional<Place> await_place(int socket, const Hellos& hellos);

}  // namespace slipway
