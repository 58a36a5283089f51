// SPDX-License-Identifier: BSD-3-Clause

// /etc/ld.so.cache as glibc has it since 2.2 (its sysdeps/generic/dl-cache.h), in the machine's byte order: a header,
// entries, strings, and since 2.33 extensions behind them. All places are counted from the header on.
#pragma once

#include <cstdint>
#include <string_view>

namespace slipway {

// glibc 2.2 to 2.31 put a table of this kind before the one that counts.
inline constexpr char kOldCacheMagic[] = "ld.so-1.7.0";

struct OldCacheHeader {
  char magic[12];
  uint32_t count;
};
inline constexpr size_t kOldCacheEntrySize = 12;

inline constexpr std::string_view kCacheMagic = "glibc-ld.so.cache1.1";

struct CacheHeader {
  char magic[20];
  uint32_t count;
  uint32_t strings;     // bytes
  uint8_t byte_order;   // 0: not told, before 2.33
  uint8_t unused[3];
  uint32_t extensions;  // place of a CacheExtensions; 0: there are none
  uint32_t unused_too[3];
};

struct CacheEntry {
  uint32_t flags;       // kind of library and machine
  uint32_t name, path;  // places of strings
  uint32_t os_version;
  uint64_t processors;  // other than 0: for some processors only
};
static_assert(sizeof(CacheHeader) == 48 && sizeof(CacheEntry) == 24);

// The bit of CacheEntry::processors that makes its lower half a number of a glibc-hwcaps directory.
inline constexpr uint64_t kCacheHasDirectory = uint64_t{1} << 62;

inline constexpr uint32_t kExtensionsMagic = 0xeaa42174;

struct CacheExtensions {
  uint32_t magic;
  uint32_t count;  // of CacheExtension, which follow
};

// The tag of the extension whose bytes are places of strings: names of glibc-hwcaps directories, sorted.
inline constexpr uint32_t kDirectoriesTag = 1;

struct CacheExtension {
  uint32_t tag;
  uint32_t flags;
  uint32_t place, size;  // of its bytes
};
static_assert(sizeof(CacheExtension) == 16);

// More than any real cache has, which has a hundredth.
inline constexpr size_t kLargestCache = 4 << 20;  // bytes
inline constexpr size_t kMostCacheEntries = 1 << 16;

}  // namespace slipway
