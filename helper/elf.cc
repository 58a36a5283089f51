#include "helper/elf.h"

#include <elf.h>
#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace slipway {

namespace {

constexpr size_t kMostHeaders = 256;
constexpr size_t kMostEntries = 4096;
constexpr size_t kLongestString = 4096;

template <typename T>
bool read_at(int file, uint64_t offset, T* objects, size_t count = 1) {
  return offset <= INT64_MAX && pread(file, objects, count * sizeof(T), static_cast<off_t>(offset)) ==
                                    static_cast<ssize_t>(count * sizeof(T));
}

std::string string_at(int file, uint64_t offset, size_t limit = kLongestString) {
  char text[kLongestString];
  if (offset > INT64_MAX) return "";
  const ssize_t size = pread(file, text, std::min(limit, sizeof text), static_cast<off_t>(offset));
  return size <= 0 ? "" : std::string(text, strnlen(text, size));
}

// The place in the file of an address in memory.
std::optional<uint64_t> offset_of(const std::vector<ElfW(Phdr)>& headers, uint64_t address) {
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

void read_dynamic(int file, const std::vector<ElfW(Phdr)>& headers, const ElfW(Phdr) & dynamic, ElfNeeds& needs) {
  std::vector<ElfW(Dyn)> entries(std::min<uint64_t>(dynamic.p_filesz / sizeof(ElfW(Dyn)), kMostEntries));
  if (!read_at(file, dynamic.p_offset, entries.data(), entries.size())) return;
  std::optional<uint64_t> strings;
  for (const ElfW(Dyn) & entry : entries) {
    if (entry.d_tag == DT_STRTAB) strings = offset_of(headers, entry.d_un.d_ptr);
  }
  if (!strings) return;
  for (const ElfW(Dyn) & entry : entries) {
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED) needs.libraries.push_back(string_at(file, *strings + entry.d_un.d_val));
    if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH) {
      needs.directories = split(string_at(file, *strings + entry.d_un.d_val));
    }
  }
}

}  // namespace

ElfNeeds read_elf_needs(int file) {
  ElfW(Ehdr) header;
  constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
  if (!read_at(file, 0, &header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != kClass || header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phnum > kMostHeaders) {
    return {};
  }
  std::vector<ElfW(Phdr)> headers(header.e_phnum);
  if (!read_at(file, header.e_phoff, headers.data(), headers.size())) return {};
  ElfNeeds needs;
  for (const ElfW(Phdr) & part : headers) {
    if (part.p_type == PT_INTERP) {
      needs.interpreter = string_at(file, part.p_offset, std::min<uint64_t>(part.p_filesz, kLongestString));
    }
    if (part.p_type == PT_DYNAMIC) read_dynamic(file, headers, part, needs);
  }
  return needs;
}

}  // namespace slipway
