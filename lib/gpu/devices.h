// SPDX-License-Identifier: BSD-3-Clause

// The device nodes of GPUs in a container's /dev: stage makes all of the node's in a hidden directory there, and the
// ranks move out what they were granted. No mount, so that it costs next to nothing and works on any kernel.
#pragma once

#include "lib/gpu/table.h"

namespace slipway::gpu {

// Both run inside the container, as its user, who owns its /dev. Whoever comes first does it; what is done already is
// no error. `directory` is /dev, but in tests.

// Whether anything is hidden still.
bool has_hidden(const char* directory);

// The GPUs `shown`, with what their vendors' GPUs share. Returns the call that failed, with errno, or nullptr.
const char* show_devices(const char* directory, const Table& table, Mask shown);

// Takes away what is still hidden, when all ranks have what they were granted.
void remove_hidden(const char* directory, const Table& table);

}  // namespace slipway::gpu
