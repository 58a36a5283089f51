// SPDX-License-Identifier: BSD-3-Clause

// What root does for FUSE servers while their step runs: waits, so that neither can make the other wait for ever.
#pragma once

#include <sys/stat.h>

#include <list>

#include "helper/stage/fuse_server.h"
#include "lib/process/rank.h"
#include "lib/protocol/request.h"

namespace slipway {

// Returns when one of `servers`, children of this process, has ended or all must be killed: because the step is being
// killed and its ranks do not die, as they do not while a server owes them an answer. Their connections are aborted
// then, since a server may be one that does not die either. When a server ended before the ranks that run in the
// container, these are killed: they would go on without their files. `mount_namespace` is what fstat says of the
// container's; an open descriptor of it would keep mounts and servers alive.
void watch_fuse_servers(const std::list<FuseServer>& servers, const Rank& rank, const struct stat& mount_namespace,
                        const Request& request);

}  // namespace slipway
