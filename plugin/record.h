// SPDX-License-Identifier: BSD-3-Clause

// What scontrol and sacct show of a step or job: the value of Slurm's own --container, which SPANK cannot set. libslurm
// can.
#pragma once

#include <string>

#include "plugin/spank.h"

namespace slipway {

// In a client, after a component's options were parsed. `image`: an absolute path; empty: none. `is_whole`: it is the
// command's only component. Throws Error.
void show_in_record(Slurm& slurm, const std::string& image, bool is_whole);

}  // namespace slipway
