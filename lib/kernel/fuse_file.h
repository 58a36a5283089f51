// SPDX-License-Identifier: BSD-3-Clause

// Files on FUSE, whose server may be a process of the user's. To close one that is open asks that server (FUSE_FLUSH),
// and no signal ends the wait for its answer. So root holds such a file as a place only (O_PATH, open(2)), and whoever
// reads it opens it there.
#pragma once

#include <string>

#include "lib/base/fd.h"

namespace slipway {

// What root may have of a file that a process of the user's has opened: its place, where it is on FUSE; else another
// descriptor of the same opened file. Throws Error.
Fd without_flush(const Fd& opened, const std::string& name);

// What `fd` stands for: opened for reading with the caller's rights where it is only a place, else another descriptor
// of the same opened file. Throws Error.
Fd opened_for_reading(int fd, const std::string& name);

}  // namespace slipway
