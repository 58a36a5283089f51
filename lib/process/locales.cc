// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/locales.h"

#include <ctype.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway {

namespace {

constexpr size_t kLongestName = 64;

// The beginning of glibc's locale-archive (its locale/locarchive.h): the names stand in the strings, each ended by NUL.
struct ArchiveHead {
  uint32_t magic, serial;
  uint32_t names_offset, names_used, names_size;
  uint32_t strings_offset, strings_used, strings_size;
};
constexpr uint32_t kArchiveMagic = 0xde020109;

// "en_US.UTF-8@euro" as "en_US.utf8@euro": glibc files locales under their codeset's letters and digits, in lower case,
// and "iso" before mere digits.
void normalize(const char* name, char (&out)[kLongestName + sizeof "iso"]) {
  const char* const dot = strchr(name, '.');
  char* end = out;
  const auto add = [&](char c) { *end++ = c; };
  for (const char* c = name; *c && c != dot; ++c) add(*c);
  if (dot) {
    add('.');
    const char* const codeset_end = dot + strcspn(dot, "@");
    bool letters = false;
    for (const char* c = dot; c < codeset_end; ++c) letters |= isalpha(static_cast<unsigned char>(*c)) != 0;
    for (const char* prefix = letters ? "" : "iso"; *prefix; ++prefix) add(*prefix);
    for (const char* c = dot; c < codeset_end; ++c) {
      const auto byte = static_cast<unsigned char>(*c);
      if (isalnum(byte)) add(static_cast<char>(tolower(byte)));
    }
    for (const char* c = codeset_end; *c; ++c) add(*c);
  }
  *end = '\0';
}

bool has_directory(const char* directory, const char* name) {
  char path[PATH_MAX];
  const int size = snprintf(path, sizeof path, "%s/%s/LC_CTYPE", directory, name);
  return size < static_cast<int>(sizeof path) && access(path, R_OK) == 0;
}

// Whether one of the NUL-ended `strings` is `name`.
bool contains(const char* strings, size_t size, const char* name) {
  const size_t length = strlen(name) + 1;
  for (const char* at = strings; size_t left = strings + size - at;) {
    if (left >= length && memcmp(at, name, length) == 0) return true;
    const auto* const end = static_cast<const char*>(memchr(at, '\0', left));
    if (!end) return false;
    at = end + 1;
  }
  return false;
}

bool is_in_archive(const char* directory, const char* name) {
  char path[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/locale-archive", directory) >= static_cast<int>(sizeof path)) return false;
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return false;
  ArchiveHead head;
  bool found = false;
  struct stat status;
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && pread(file, &head, sizeof head, 0) == sizeof head &&
      head.magic == kArchiveMagic && uint64_t{head.strings_offset} + head.strings_used <= uint64_t(status.st_size)) {
    const size_t size = size_t{head.strings_offset} + head.strings_used;
    void* const mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped != MAP_FAILED) {
      found = contains(static_cast<const char*>(mapped) + head.strings_offset, head.strings_used, name);
      munmap(mapped, size);
    }
  }
  close(file);
  return found;
}

}  // namespace

bool has_locale(const char* name, const char* directory) {
  constexpr const char* kOwn[] = {"", "C", "POSIX", "C.UTF-8", "C.utf8"};
  for (const char* own : kOwn) {
    if (strcmp(name, own) == 0) return true;
  }
  if (strchr(name, '/') || getenv("LOCPATH")) return true;
  if (strlen(name) > kLongestName) return false;
  char normal[kLongestName + sizeof "iso"];
  normalize(name, normal);
  return has_directory(directory, name) || has_directory(directory, normal) || is_in_archive(directory, normal);
}

}  // namespace slipway
