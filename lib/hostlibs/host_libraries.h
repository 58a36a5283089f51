// SPDX-License-Identifier: BSD-3-Clause

// Libraries of the host that are to be used inside in place of the image's, with all that they need.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "lib/elf/glibc_version.h"
#include "lib/options/tables/library_table.h"

namespace slipway {

struct HostLibraries {
  struct Library {
    std::string name;  // by which it is needed
    std::string path;  // on the host, without links
  };
  std::vector<Library> libraries;
  std::vector<std::string> places;  // directories and files which they read themselves; absolute, without links
  GlibcVersion glibc;               // the newest that they need
};

// The libraries `names` of the host and those they need, but for glibc, which is the image's: a process has one. So are
// those of the compilers (libstdc++ and its like), where the image's are new enough. What is needed by files that a
// library opens itself goes along where the host has it. Throws Error: the host lacks a library. `what` is for it.
HostLibraries host_libraries(std::span<const std::string> names, const LibraryRoot& host, const LibraryRoot& image,
                             std::span<const LibraryRule> table, const std::string& what);

}  // namespace slipway
