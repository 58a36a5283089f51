// SPDX-License-Identifier: BSD-3-Clause

// What of the host's libraries a container gets: its MPI or its libfabric in place of the image's, and Slurm's PMI-2
// library for images that want one. What is used of it is found through links in a directory that leads
// LD_LIBRARY_PATH.
#pragma once

#include "lib/spec/host_directory.h"
#include "lib/options/terms.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/request.h"

namespace slipway {

// What goes with them for the ranks is added to `plan`. Stands in stage's work directory, where the
// image is mounted, and the host's root is "/". Throws Error: the image cannot use the host's libraries.
void add_host_parts(HostDirectory& directory, Plan& plan, const Request& request, const Terms& terms);

}  // namespace slipway
