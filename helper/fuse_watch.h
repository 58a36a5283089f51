// What root does for a FUSE server while its step runs: waits, so that neither can make the other wait for ever.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include "helper/rank.h"
#include "helper/request.h"

namespace slipway {

// Returns when `server`, a child of this process, has ended or must be killed: because the step is being killed and
// its ranks do not die, as they do not while the server owes them an answer. `connection` is aborted then, since the
// server may be one that does not die either. When the server ended before
// the ranks that run in the container, these are killed: they would go on without their files. `mount_namespace` is
// what fstat says of the container's; an open descriptor of it would keep mount and server alive.
void watch_fuse_server(pid_t server, unsigned connection, const Rank& rank, const struct stat& mount_namespace,
                       const Request& request);

}  // namespace slipway
