// SPDX-License-Identifier: BSD-3-Clause

// A helper that slurmstepd started begins with nothing of slurmstepd's or the user's: descriptors, environment,
// directory, signals, keys, limits.
#pragma once

namespace slipway {

// Keeps descriptors 0 to `last_descriptor`. Throws Error.
void start_clean(int last_descriptor);

}  // namespace slipway
