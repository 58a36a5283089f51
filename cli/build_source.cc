// SPDX-License-Identifier: BSD-3-Clause
#include "cli/build_source.h"

#include <cstdlib>
#include <cstring>
#include <optional>

#include "cli/open_named.h"
#include "lib/base/error.h"
#include "lib/base/read_at.h"
#include "lib/image/image_format.h"
#include "lib/image/other_kind.h"
#include "lib/image/sif.h"
#include "lib/image/squashfs.h"

namespace slipway {

namespace {

// The members of a tar archive, a header of 512 bytes before each (tar(5)).
constexpr uint64_t kTarBlock = 512;
constexpr int kMostMembers = 1000;  // far more than an archive of layers has

struct __attribute__((packed)) TarHeader {
  char name[100], mode[8], uid[8], gid[8], size[12], more[376];
};
static_assert(sizeof(TarHeader) == kTarBlock);

// What docker save and skopeo write: layers, and files that tell of them.
bool holds_layers(int file, const std::string& name) {
  uint64_t offset = 0;
  for (int i = 0; i < kMostMembers; ++i) {
    TarHeader header;
    if (!read_at(file, offset, &header, sizeof header, name)) return false;
    const std::string member(header.name, strnlen(header.name, sizeof header.name));
    if (member == "manifest.json" || member == "oci-layout" || member == "./oci-layout") return true;
    const std::string octal(header.size, strnlen(header.size, sizeof header.size));
    const uint64_t size = strtoull(octal.c_str(), nullptr, 8);
    offset += kTarBlock + (size + kTarBlock - 1) / kTarBlock * kTarBlock;
  }
  return false;
}

bool is_named_as_tar(const std::string& path) {
  for (const char* ending : {".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2", ".tgz", ".txz", ".tzst", ".tbz2"}) {
    if (path.ends_with(ending)) return true;
  }
  return false;
}

// For a line that its reader pastes into a shell.
std::string shell_word(const std::string& path) {
  constexpr char kPlain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+-";
  return path.find_first_not_of(kPlain) == path.npos ? path : "FILE";
}

constexpr char kExport[] = "docker export CONTAINER | tar -xf - -C tree";

[[noreturn]] void refuse(int file, const std::string& path) {
  const std::string name = printable(path);
  if (sif::is_sif(file, name)) throw Error(name, "is a SIF image already", "run it as it is");
  if (data_partition(file, name)) throw Error(name, "is an EROFS image already", "run it as it is");
  const OtherKind kind = other_kind_of(file, name);
  switch (kind) {
    case OtherKind::kTar:
      if (holds_layers(file, name)) {
        throw Error(name, "is an archive of an image's layers, which slipway does not put together",
                    std::string("unpack a container of that image: mkdir tree && ") + kExport);
      }
      [[fallthrough]];
    case OtherKind::kGzip:
    case OtherKind::kZstd:
    case OtherKind::kXz:
    case OtherKind::kBzip2:
      throw Error(name, std::string("is ") + (is_named_as_tar(path) ? "a tar archive" : in_words(kind)),
                  "unpack it first: mkdir tree && tar -xf " + shell_word(path) + " -C tree");
    case OtherKind::kDefinition:
      throw Error(name, "is a definition file of Apptainer's, which slipway does not build",
                  "build it with apptainer, and run its SIF image as it is");
    case OtherKind::kDockerfile:
      throw Error(name, "is a Dockerfile, which slipway does not build",
                  std::string("build it with docker or podman, then: mkdir tree && ") + kExport);
    default:
      throw Error(name, std::string("is not a squashfs but ") + in_words(kind), "name a directory or a squashfs file");
  }
}

}  // namespace

BuildSource open_build_source(const std::string& path) {
  const std::string name = printable(path);
  if (path.find("://") != path.npos) {
    throw Error(name, "is an address, and slipway build fetches nothing",
                "pull it into a SIF file, which runs as it is, or unpack it into a directory");
  }
  BuildSource source;
  source.file = open_named(path, source.status, "name a directory or a squashfs file");
  if (S_ISDIR(source.status.st_mode)) return source;
  if (!S_ISREG(source.status.st_mode)) throw Error(name, "is neither a directory nor a file", "name one of the two");
  if (!is_squashfs(source.file.get(), 0, name)) refuse(source.file.get(), path);
  return source;
}

}  // namespace slipway
