// SPDX-License-Identifier: BSD-3-Clause

// An /etc/ld.so.cache as ldconfig writes it, made by hand.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/elf/library_cache_format.h"

inline constexpr uint32_t kCachedForX86 = 0x0303, kCachedForI386 = 0x0003, kCachedForArm = 0x0a03;
#ifdef __aarch64__
inline constexpr uint32_t kCachedForHere = kCachedForArm;
#else
inline constexpr uint32_t kCachedForHere = kCachedForX86;
#endif

struct CachedFile {
  std::string name, path;
  uint64_t processors = 0;
  uint32_t flags = kCachedForHere;
};

// `directories` are those of glibc-hwcaps, to which `processors` may refer.
inline std::string cache_file(const std::vector<CachedFile>& files, const std::vector<std::string>& directories = {}) {
  const auto append = [](std::string& bytes, const auto& object) {
    bytes.append(reinterpret_cast<const char*>(&object), sizeof object);
  };
  std::string entries, strings, places;
  const size_t first = sizeof(slipway::CacheHeader) + files.size() * sizeof(slipway::CacheEntry);
  const auto place = [&](const std::string& string) {
    strings += string + '\0';
    return static_cast<uint32_t>(first + strings.size() - string.size() - 1);
  };
  for (const CachedFile& file : files) {
    const uint32_t name = place(file.name), path = place(file.path);
    append(entries, slipway::CacheEntry{file.flags, name, path, 0, file.processors});
  }
  for (const std::string& directory : directories) append(places, place(directory));
  strings.resize((strings.size() + 3) / 4 * 4);

  std::string bytes(slipway::kCacheMagic);
  append(bytes, static_cast<uint32_t>(files.size()));
  append(bytes, static_cast<uint32_t>(strings.size()));
  append(bytes, uint32_t{2});  // little-endian
  const auto extensions = static_cast<uint32_t>(first + strings.size());
  append(bytes, directories.empty() ? 0 : extensions);
  bytes += std::string(12, '\0') + entries + strings;
  if (directories.empty()) return bytes;
  append(bytes, slipway::CacheExtensions{slipway::kExtensionsMagic, 1});
  const auto after = static_cast<uint32_t>(bytes.size() + sizeof(slipway::CacheExtension));
  append(bytes, slipway::CacheExtension{slipway::kDirectoriesTag, 0, after, static_cast<uint32_t>(places.size())});
  return bytes + places;
}
