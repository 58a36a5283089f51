// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/glibc_version.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "lib/elf/elf.h"

namespace slipway {

namespace {

// "GLIBC_2.34"; {0, 0}: another name, as GLIBC_PRIVATE and GLIBC_ABI_DT_RELR are.
GlibcVersion version_of(std::string_view name) {
  constexpr std::string_view kPrefix = "GLIBC_";
  GlibcVersion version;
  if (!name.starts_with(kPrefix)) return version;
  const char* const end = name.data() + name.size();
  const auto [dot, failure] = std::from_chars(name.data() + kPrefix.size(), end, version.first);
  if (failure != std::errc() || dot == end || *dot != '.') return {};
  std::from_chars(dot + 1, end, version.second);
  return version;
}

GlibcVersion newest_of(const std::vector<std::string>& names) {
  GlibcVersion newest;
  for (const std::string& name : names) newest = std::max(newest, version_of(name));
  return newest;
}

}  // namespace

GlibcVersion glibc_of(const LibraryRoot& root) {
  const Fd file = root.files.open(root.search.find("libc.so.6"));
  return file ? newest_of(read_elf_versions(file.get()).defined) : GlibcVersion();
}

GlibcVersion glibc_needed_by(int file) {
  GlibcVersion newest;
  for (const ElfVersions::Needed& needed : read_elf_versions(file).needed) {
    newest = std::max(newest, newest_of(needed.versions));
  }
  return newest;
}

std::string text_of(GlibcVersion version) {
  return std::to_string(version.first) + "." + std::to_string(version.second);
}

}  // namespace slipway
