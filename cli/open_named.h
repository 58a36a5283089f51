// SPDX-License-Identifier: BSD-3-Clause

// What a user names on the command line: to be looked at, not to be run.
#pragma once

#include <sys/stat.h>

#include <string>

#include "lib/base/fd.h"

namespace slipway {

// To be read; a FIFO or a device holds nobody up. Throws Error: it cannot be opened. Where there is none of that name,
// its remedy is the closest name that there is, else `remedy`.
Fd open_named(const std::string& path, struct stat& status, const std::string& remedy = "");

}  // namespace slipway
