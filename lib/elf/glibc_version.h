// SPDX-License-Identifier: BSD-3-Clause

// Versions of glibc: which one a root file system has, and which one a library needs. A process has one glibc, the
// image's, so that libraries of the host go only where that is new enough.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/elf/library_search.h"
#include "lib/image/image_files.h"

namespace slipway {

// {2, 36}; {0, 0}: none.
using GlibcVersion = std::pair<unsigned, unsigned>;

// A root file system and how its loader searches it.
struct LibraryRoot {
  const ImageFiles& files;
  const LibrarySearch& search;
};

GlibcVersion glibc_of(const LibraryRoot& root);

// The newest that the ELF file says it needs.
GlibcVersion glibc_needed_by(int file);

// "2.36"
std::string text_of(GlibcVersion version);

}  // namespace slipway
