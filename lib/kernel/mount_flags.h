// SPDX-License-Identifier: BSD-3-Clause

// ro, nosuid, nodev and noexec for whole trees of mounts.
#pragma once

#include "lib/base/fd.h"

namespace slipway {

// Sets `flags` (of MS_RDONLY, MS_NOSUID, MS_NODEV and MS_NOEXEC) on the mount whose root `mount` is, and on every mount
// below it.
// False with errno set when the kernel refuses one of them.
bool add_mount_flags(const Fd& mount, unsigned long flags);

}  // namespace slipway
