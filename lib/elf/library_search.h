// SPDX-License-Identifier: BSD-3-Clause

// Where the loader of a root file system would find its libraries: ld.so(8), followed from outside.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/elf/elf.h"
#include "lib/image/image_files.h"

namespace slipway {

// The directories that a file brings along for the libraries it needs, $ORIGIN replaced.
struct RunPath {
  std::vector<std::string> rpath;    // DT_RPATH, of the file and of those that needed it: before all others
  std::vector<std::string> runpath;  // DT_RUNPATH: behind LD_LIBRARY_PATH, and instead of rpath
};

// Of the file at `path`, which was needed by one with the run path `loader`.
RunPath run_path_of(const ElfFile& elf, const std::string& path, const RunPath& loader = {});

// /etc/ld.so.cache. Its bytes may be hostile.
class LibraryCache {
 public:
  LibraryCache() = default;
  explicit LibraryCache(std::string bytes);

  // What it has for a name, most common first: those in glibc-hwcaps, for certain processors, come last.
  std::vector<std::string> paths_of(const std::string& name) const;

  // All of its names, each once, sorted.
  std::vector<std::string> names() const;

  // From the header on, to which all places in it refer. Whatever they are when has_entries() is false.
  const std::string& bytes() const { return bytes_; }
  bool has_entries() const { return entries_ > 0; }

 private:
  // Empty: outside.
  std::string text_at(uint32_t place) const;

  std::string bytes_;
  size_t entries_ = 0;
};

class LibrarySearch {
 public:
  // `first_directories` are LD_LIBRARY_PATH's. `files` outlives this. Reads nothing before the first search, and the
  // cache once.
  explicit LibrarySearch(const ImageFiles& files, std::vector<std::string> first_directories = {});

  // The same, with `directory` first on LD_LIBRARY_PATH.
  LibrarySearch led_by(const std::string& directory) const;

  // The path of a library, links not followed. Empty: there is none that this machine can load.
  std::string find(const std::string& name, const RunPath& run_path = {}) const;

  const LibraryCache& cache() const;

  // Where the loader looks without being told.
  const std::vector<std::string>& default_directories() const { return default_directories_; }

 private:
  bool is_library(const std::string& path) const;

  const ImageFiles& files_;
  std::vector<std::string> first_directories_, default_directories_;
  mutable std::optional<LibraryCache> cache_;
};

}  // namespace slipway
