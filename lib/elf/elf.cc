// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/elf.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

namespace slipway {

namespace {

constexpr size_t kMostHeaders = 256;
constexpr size_t kMostEntries = 4096;
constexpr size_t kLongestString = 4096;
constexpr size_t kMostVersions = 4096;

template <typename T>
bool read_at(int file, uint64_t offset, T* objects, size_t count = 1) {
  return offset <= INT64_MAX &&
         pread(file, objects, count * sizeof(T), static_cast<off_t>(offset)) == static_cast<ssize_t>(count * sizeof(T));
}

std::string string_at(int file, uint64_t offset, size_t limit = kLongestString) {
  char text[kLongestString];
  if (offset > INT64_MAX) return "";
  const ssize_t size = pread(file, text, std::min(limit, sizeof text), static_cast<off_t>(offset));
  return size <= 0 ? "" : std::string(text, strnlen(text, size));
}

using Headers = std::vector<ElfW(Phdr)>;

std::optional<Headers> read_headers(int file) {
  ElfW(Ehdr) header;
  constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  constexpr unsigned char kOrder = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
  if (!read_at(file, 0, &header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != kClass || header.e_ident[EI_DATA] != kOrder ||
      header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phnum > kMostHeaders) {
    return std::nullopt;
  }
  Headers headers(header.e_phnum);
  if (!read_at(file, header.e_phoff, headers.data(), headers.size())) return std::nullopt;
  return headers;
}

// The place in the file of an address in memory.
std::optional<uint64_t> offset_of(const Headers& headers, uint64_t address) {
  for (const ElfW(Phdr) & header : headers) {
    if (header.p_type == PT_LOAD && address >= header.p_vaddr && address - header.p_vaddr < header.p_filesz) {
      return header.p_offset + (address - header.p_vaddr);
    }
  }
  return std::nullopt;
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t start = 0; start <= path.size();) {
    const size_t colon = std::min(path.find(':', start), path.size());
    if (colon > start) parts.push_back(path.substr(start, colon - start));
    start = colon + 1;
  }
  return parts;
}

struct Dynamic {
  std::vector<ElfW(Dyn)> entries;
  uint64_t strings = 0;  // the place in the file of the table that they refer to
};

std::optional<Dynamic> read_dynamic(int file, const Headers& headers) {
  for (const ElfW(Phdr) & part : headers) {
    if (part.p_type != PT_DYNAMIC) continue;
    Dynamic dynamic;
    dynamic.entries.resize(std::min<uint64_t>(part.p_filesz / sizeof(ElfW(Dyn)), kMostEntries));
    if (!read_at(file, part.p_offset, dynamic.entries.data(), dynamic.entries.size())) return std::nullopt;
    const auto end = std::find_if(dynamic.entries.begin(), dynamic.entries.end(),
                                  [](const ElfW(Dyn) & entry) { return entry.d_tag == DT_NULL; });
    dynamic.entries.erase(end, dynamic.entries.end());
    for (const ElfW(Dyn) & entry : dynamic.entries) {
      if (entry.d_tag != DT_STRTAB) continue;
      const std::optional<uint64_t> strings = offset_of(headers, entry.d_un.d_ptr);
      if (!strings) return std::nullopt;
      dynamic.strings = *strings;
      return dynamic;
    }
  }
  return std::nullopt;
}

// Both tables of versions are lists of lists: each record tells where its first name and where the next record is,
// counted from its own place. A record is read once at most: each next one lies behind, and all are counted.
void read_needed(int file, uint64_t offset, uint64_t strings, std::vector<ElfVersions::Needed>& needed) {
  size_t seen = 0;
  for (ElfW(Verneed) record; seen < kMostVersions && read_at(file, offset, &record); offset += record.vn_next) {
    ++seen;
    ElfVersions::Needed of_library{string_at(file, strings + record.vn_file), {}};
    uint64_t at = offset + record.vn_aux;
    ElfW(Vernaux) name;
    for (size_t i = 0; i < record.vn_cnt && seen < kMostVersions && read_at(file, at, &name); ++i, ++seen) {
      of_library.versions.push_back(string_at(file, strings + name.vna_name));
      if (name.vna_next == 0) break;
      at += name.vna_next;
    }
    needed.push_back(std::move(of_library));
    if (record.vn_next == 0) break;
  }
}

void read_defined(int file, uint64_t offset, uint64_t strings, std::vector<std::string>& defined) {
  ElfW(Verdef) record;
  for (size_t seen = 0; seen < kMostVersions && read_at(file, offset, &record); ++seen) {
    // Its first name is its own; those behind are of versions that it includes.
    ElfW(Verdaux) name;
    if (!read_at(file, offset + record.vd_aux, &name)) break;
    defined.push_back(string_at(file, strings + name.vda_name));
    if (record.vd_next == 0) break;
    offset += record.vd_next;
  }
}

}  // namespace

bool is_elf(int file) {
  return read_headers(file).has_value();
}

ElfFile read_elf(int file) {
  const std::optional<Headers> headers = read_headers(file);
  if (!headers) return {};
  ElfFile elf;
  elf.is_elf = true;
  for (const ElfW(Phdr) & part : *headers) {
    if (part.p_type != PT_INTERP) continue;
    elf.interpreter = string_at(file, part.p_offset, std::min<uint64_t>(part.p_filesz, kLongestString));
  }
  const std::optional<Dynamic> dynamic = read_dynamic(file, *headers);
  if (!dynamic) return elf;
  for (const ElfW(Dyn) & entry : dynamic->entries) {
    const uint64_t text = dynamic->strings + entry.d_un.d_val;
    if (entry.d_tag == DT_NEEDED) elf.libraries.push_back(string_at(file, text));
    if (entry.d_tag == DT_SONAME) elf.soname = string_at(file, text);
    if (entry.d_tag == DT_RPATH) elf.rpath = split(string_at(file, text));
    if (entry.d_tag == DT_RUNPATH) elf.runpath = split(string_at(file, text));
  }
  return elf;
}

ElfVersions read_elf_versions(int file) {
  const std::optional<Headers> headers = read_headers(file);
  if (!headers) return {};
  const std::optional<Dynamic> dynamic = read_dynamic(file, *headers);
  if (!dynamic) return {};
  ElfVersions versions;
  for (const ElfW(Dyn) & entry : dynamic->entries) {
    if (entry.d_tag != DT_VERNEED && entry.d_tag != DT_VERDEF) continue;
    const std::optional<uint64_t> offset = offset_of(*headers, entry.d_un.d_ptr);
    if (!offset) continue;
    if (entry.d_tag == DT_VERNEED)
      read_needed(file, *offset, dynamic->strings, versions.needed);
    else
      read_defined(file, *offset, dynamic->strings, versions.defined);
  }
  return versions;
}

std::vector<ElfPart> elf_constants(int file) {
  const std::optional<Headers> headers = read_headers(file);
  if (!headers) return {};
  std::vector<ElfPart> all, without_code;
  bool has_constants = false;
  for (const ElfW(Phdr) & part : *headers) {
    if (part.p_type != PT_LOAD || part.p_filesz == 0) continue;
    all.push_back({part.p_offset, part.p_filesz});
    if ((part.p_flags & PF_X) == 0) without_code.push_back(all.back());
    has_constants |= (part.p_flags & (PF_X | PF_W)) == 0;
  }
  // Linkers of before 2018 put the constants beside the code.
  return has_constants ? without_code : all;
}

}  // namespace slipway
