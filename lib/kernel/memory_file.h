// SPDX-License-Identifier: BSD-3-Clause

// A file without a name, in memory: what one process hands to another as a descriptor.
#pragma once

#include "lib/base/fd.h"

namespace slipway {

// Closed on exec, never executed, and open to seals (memfd_create(2)). Empty, with errno, where the kernel gives none.
Fd memory_file(const char* name);

}  // namespace slipway
