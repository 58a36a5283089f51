// SPDX-License-Identifier: BSD-3-Clause

// The environment that an image brings along: shell scripts in /.singularity.d/env, which images that Apptainer or
// Singularity built have. They run once for each step and node, as the user, inside the container and where Slurm has
// put the step's ranks (cgroups, limits); what they changed becomes part of the plan, for all ranks.
#pragma once

#include <sys/types.h>

#include <span>

#include "lib/base/fd.h"
#include "lib/process/rank.h"
#include "lib/protocol/request.h"

namespace slipway {

// From the worker to the watcher, before the container: its image has such scripts.
struct EnvironmentOrder {
  char done = 1;
};

// Runs the scripts of a finished container, which stays the caller's (`unshared` and descriptors as in
// lib/protocol/wire.h), with the environment of `rank`. Returns its plan with what they changed, and a notice of what
// they printed. Called by root, which reads none of it. Throws Error: a script that failed, an end of patience.
Fd add_image_environment(const Request& request, const Rank& rank, unsigned unshared, std::span<const Fd> container,
                         const Patience& patience);

}  // namespace slipway
