// SPDX-License-Identifier: BSD-3-Clause

// A new /etc/ld.so.cache for a container, made of its image's: with libraries that the image does not have, or in place
// of those that it has. What ld.so looks for is found in it whatever LD_LIBRARY_PATH says.
#pragma once

#include <span>
#include <string>

#include "lib/elf/library_search.h"

namespace slipway {

struct CachedLibrary {
  std::string name;  // by which it is needed
  std::string path;  // inside
};

// Of two `libraries` of one name the first counts. Empty: the image's cache has no entries, or more than any real one.
std::string cache_with(const LibraryCache& images, std::span<const CachedLibrary> libraries);

}  // namespace slipway
