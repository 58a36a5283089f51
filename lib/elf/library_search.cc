// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/library_search.h"

#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <string_view>
#include <utility>

#include "lib/elf/library_cache_format.h"

namespace slipway {

namespace {

constexpr size_t kLongestText = 1024;

std::string read_file(const ImageFiles& files, const std::string& path, size_t limit) {
  const Fd file = files.open(path);
  struct stat status;
  if (!file || fstat(file.get(), &status) != 0 || status.st_size <= 0) return "";
  std::string bytes(std::min<uint64_t>(status.st_size, limit), '\0');
  const ssize_t size = pread(file.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(std::max<ssize_t>(size, 0));
  return bytes;
}

std::vector<std::string> with_origin(const std::vector<std::string>& directories, const std::string& path) {
  std::vector<std::string> replaced = directories;
  for (std::string& directory : replaced) {
    for (const std::string_view word : {"$ORIGIN", "${ORIGIN}"}) {
      const size_t at = directory.find(word);
      if (at != directory.npos) directory.replace(at, word.size(), directory_of(path));
    }
  }
  return replaced;
}

CacheEntry entry_at(const std::string& bytes, size_t index) {
  CacheEntry entry;
  memcpy(&entry, bytes.data() + sizeof(CacheHeader) + index * sizeof entry, sizeof entry);
  return entry;
}

}  // namespace

RunPath run_path_of(const ElfFile& elf, const std::string& path, const RunPath& loader) {
  RunPath run_path{with_origin(elf.rpath, path), with_origin(elf.runpath, path)};
  if (!run_path.runpath.empty()) run_path.rpath.clear();
  run_path.rpath.insert(run_path.rpath.end(), loader.rpath.begin(), loader.rpath.end());
  return run_path;
}

LibraryCache::LibraryCache(std::string bytes) : bytes_(std::move(bytes)) {
  if (bytes_.starts_with(kOldCacheMagic) && bytes_.size() >= sizeof(OldCacheHeader)) {
    OldCacheHeader old;
    memcpy(&old, bytes_.data(), sizeof old);
    const uint64_t end = sizeof old + uint64_t{old.count} * kOldCacheEntrySize;
    const uint64_t aligned = (end + 7) / 8 * 8;
    bytes_.erase(0, std::min<uint64_t>(aligned, bytes_.size()));
  }
  if (!bytes_.starts_with(kCacheMagic) || bytes_.size() < sizeof(CacheHeader)) return;
  CacheHeader header;
  memcpy(&header, bytes_.data(), sizeof header);
  entries_ = std::min<size_t>(
      {header.count, kMostCacheEntries, (bytes_.size() - sizeof header) / sizeof(CacheEntry)});
}

std::string LibraryCache::text_at(uint32_t place) const {
  if (place >= bytes_.size()) return "";
  return {bytes_.data() + place, strnlen(bytes_.data() + place, std::min(kLongestText, bytes_.size() - place))};
}

// One pass for one name: a table would take longer to build than a program's few libraries take to find.
std::vector<std::string> LibraryCache::paths_of(const std::string& name) const {
  std::vector<std::string> common, special;
  for (size_t i = 0; i < entries_; ++i) {
    const CacheEntry entry = entry_at(bytes_, i);
    // With the final NUL, which lies inside too.
    if (entry.name >= bytes_.size() || bytes_.compare(entry.name, name.size() + 1, name.c_str(), name.size() + 1) != 0)
      continue;
    std::string path = text_at(entry.path);
    if (path.starts_with('/')) (entry.processors == 0 ? common : special).push_back(std::move(path));
  }
  common.insert(common.end(), special.begin(), special.end());
  return common;
}

std::vector<std::string> LibraryCache::names() const {
  std::set<std::string> names;
  for (size_t i = 0; i < entries_; ++i) names.insert(text_at(entry_at(bytes_, i).name));
  names.erase("");
  return {names.begin(), names.end()};
}

LibrarySearch::LibrarySearch(const ImageFiles& files, std::vector<std::string> first_directories)
    : files_(files), first_directories_(std::move(first_directories)) {
  utsname machine;
  uname(&machine);
  const std::string triplet = std::string(machine.machine) + "-linux-gnu";
  default_directories_ = {"/lib/" + triplet, "/usr/lib/" + triplet, "/lib64", "/usr/lib64", "/lib",
                          "/usr/lib",        "/usr/local/lib"};
}

LibrarySearch LibrarySearch::led_by(const std::string& directory) const {
  LibrarySearch search = *this;
  search.first_directories_.insert(search.first_directories_.begin(), directory);
  return search;
}

const LibraryCache& LibrarySearch::cache() const {
  if (!cache_) cache_.emplace(read_file(files_, "/etc/ld.so.cache", kLargestCache));
  return *cache_;
}

bool LibrarySearch::is_library(const std::string& path) const {
  const Fd file = files_.open(path);
  return file && is_elf(file.get());
}

std::string LibrarySearch::find(const std::string& name, const RunPath& run_path) const {
  // A name with a slash is a path; what it is relative to, nobody can know here.
  if (name.find('/') != name.npos) return name.starts_with('/') && is_library(name) ? name : "";
  std::string found;
  const auto found_in = [&](const std::vector<std::string>& directories) {
    for (const std::string& directory : directories) {
      if (!directory.starts_with('/')) continue;
      found = directory + "/" + name;
      if (is_library(found)) return true;
    }
    return false;
  };
  if (run_path.runpath.empty() && found_in(run_path.rpath)) return found;
  if (found_in(first_directories_) || found_in(run_path.runpath)) return found;
  for (const std::string& path : cache().paths_of(name)) {
    if (is_library(path)) return path;
  }
  return found_in(default_directories_) ? found : "";
}

}  // namespace slipway
