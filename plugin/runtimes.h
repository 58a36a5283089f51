// SPDX-License-Identifier: BSD-3-Clause

// From 26.11 on, Slurm has plugins that run a step's tasks (--runtime): its own for OCI containers, and ours, which is
// only a mark (plugin/runtime.cc). Who gets a component's --container is decided here.
#pragma once

#include "plugin/spank.h"

namespace slipway {

// In a client, after a component's options were parsed: whether its --container is given to Slurm's own OCI containers.
bool is_for_oci(const Slurm& slurm);

// For a component with a container of ours: names our runtime where that is needed. Throws Error: another runtime, or
// an oci.conf, would take the container.
void name_runtime(Slurm& slurm);

}  // namespace slipway
