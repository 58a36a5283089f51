// SPDX-License-Identifier: BSD-3-Clause

// What an image is built from: a directory or a squashfs file. People name all kinds of things instead.
#pragma once

#include <sys/stat.h>

#include <string>

#include "lib/base/fd.h"

namespace slipway {

struct BuildSource {
  Fd file;
  struct stat status;  // of a directory or a regular file
};

// Throws Error, which says what else it is and what to do with that.
BuildSource open_build_source(const std::string& path);

}  // namespace slipway
