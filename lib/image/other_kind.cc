// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/other_kind.h"

#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/read_at.h"

namespace slipway {

namespace {

struct Signature {
  uint64_t offset;
  std::string_view bytes;
  OtherKind kind;
};

constexpr Signature kSignatures[] = {
    {0,
     "\x7f"
     "ELF",
     OtherKind::kProgram},
    {0, "#!", OtherKind::kScript},
    {0, "\x1f\x8b", OtherKind::kGzip},
    {0, "\x28\xb5\x2f\xfd", OtherKind::kZstd},
    {0,
     std::string_view("\xfd"
                      "7zXZ\0",
                      6),
     OtherKind::kXz},
    {0, "BZh", OtherKind::kBzip2},
    {257, "ustar", OtherKind::kTar},
    {0, "PK\x03\x04", OtherKind::kZip},
    {1080, "\x53\xef", OtherKind::kExt},
};

// The words that a text's first line begins with, in any case, with what stands behind them.
struct Beginning {
  std::string_view word;
  OtherKind kind;
};
constexpr Beginning kBeginnings[] = {{"bootstrap:", OtherKind::kDefinition},
                                     {"from:", OtherKind::kDefinition},
                                     {"from ", OtherKind::kDockerfile},
                                     {"arg ", OtherKind::kDockerfile}};

// Without comments, which both of them begin with #.
OtherKind kind_of_text(std::string_view text) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    if (line.empty() || line[0] == '#') continue;
    for (const auto& [word, kind] : kBeginnings) {
      if (line.size() > word.size() && strncasecmp(line.data(), word.data(), word.size()) == 0) return kind;
    }
    break;
  }
  return OtherKind::kUnknown;
}

}  // namespace

OtherKind other_kind_of(int file, const std::string& name) {
  char bytes[4096];
  if (!read_at(file, 0, bytes, 1, name)) return OtherKind::kEmpty;
  for (const Signature& known : kSignatures) {
    if (read_at(file, known.offset, bytes, known.bytes.size(), name) &&
        std::equal(known.bytes.begin(), known.bytes.end(), bytes)) {
      return known.kind;
    }
  }
  const ssize_t size = pread(file, bytes, sizeof bytes, 0);
  if (size < 0) throw system_error(name, "pread");
  return kind_of_text({bytes, static_cast<size_t>(size)});
}

const char* in_words(OtherKind kind) {
  switch (kind) {
    case OtherKind::kEmpty:
      return "an empty file";
    case OtherKind::kProgram:
      return "a program";
    case OtherKind::kScript:
      return "a script";
    case OtherKind::kTar:
      return "a tar archive";
    case OtherKind::kGzip:
      return "a gzip archive";
    case OtherKind::kZstd:
      return "a zstd archive";
    case OtherKind::kXz:
      return "an xz archive";
    case OtherKind::kBzip2:
      return "a bzip2 archive";
    case OtherKind::kZip:
      return "a zip archive";
    case OtherKind::kExt:
      return "an ext3 or ext4 file system, which a kernel must never mount from a user's file";
    case OtherKind::kDefinition:
      return "a definition file of Apptainer's";
    case OtherKind::kDockerfile:
      return "a Dockerfile";
    case OtherKind::kUnknown:
      break;
  }
  return "something else";
}

}  // namespace slipway
