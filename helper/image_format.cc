#include "helper/image_format.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "helper/error.h"
#include "helper/sif.h"
#include "helper/squashfs.h"

namespace slipway {

namespace {

struct Signature {
  uint64_t offset;
  std::string_view bytes;
  const char* what;
};

// What people hand to --container by mistake.
constexpr Signature kOthers[] = {
    {0, "\x7f" "ELF", "a program"},
    {0, "#!", "a script"},
    {0, "\x1f\x8b", "a gzip archive"},
    {0, "\x28\xb5\x2f\xfd", "a zstd archive"},
    {0, std::string_view("\xfd" "7zXZ\0", 6), "an xz archive"},
    {257, "ustar", "a tar archive"},
    {0, "PK\x03\x04", "a zip archive"},
    {1080, "\x53\xef", "an ext3 or ext4 file system, which a kernel must never mount from a user's file"},
    {1024, "\xe2\xe1\xf5\xe0", "an EROFS file system, which slipway does not support yet"},
};

std::string guess(int file, uint64_t size) {
  if (size == 0) return "an empty file";
  for (const Signature& other : kOthers) {
    char bytes[16];
    if (pread(file, bytes, other.bytes.size(), other.offset) == static_cast<ssize_t>(other.bytes.size()) &&
        std::equal(other.bytes.begin(), other.bytes.end(), bytes)) {
      return other.what;
    }
  }
  return "something else";
}

}  // namespace

RootPartition root_partition(int file, const std::string& name) {
  struct stat status;
  if (fstat(file, &status) != 0) throw system_error(name, "fstat");
  if (S_ISDIR(status.st_mode)) return {RootKind::kDirectory, 0, 0};
  const uint64_t size = status.st_size;
  if (sif::is_sif(file)) {
    const sif::Image image = sif::read(file, name);
    const sif::Object& root = sif::root_partition(image, file, name);
    return {RootKind::kSquashfs, root.offset, root.size};
  }
  if (is_squashfs(file, 0)) {
    check_squashfs(file, 0, size, name);
    return {RootKind::kSquashfs, 0, size};
  }
  throw Error(name, "is not an image but " + guess(file, size), "name a SIF image, a squashfs file or a directory");
}

}  // namespace slipway
