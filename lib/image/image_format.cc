// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/image_format.h"

#include <endian.h>
#include <sys/stat.h>

#include <algorithm>

#include "lib/base/error.h"
#include "lib/base/read_at.h"
#include "lib/image/other_kind.h"
#include "lib/image/sif.h"
#include "lib/image/squashfs.h"

namespace slipway {

namespace {

constexpr char kCopyAgain[] = "copy it again, or build it again";

// Little-endian, behind 1 KiB. Source: fs/erofs/erofs_fs.h of the kernel.
struct __attribute__((packed)) ErofsSuperBlock {
  uint32_t magic, checksum, features;
  uint8_t block_bits;
  uint8_t more[23];
  uint32_t blocks;
};
constexpr uint64_t kErofsOffset = 1024;
constexpr uint32_t kErofsMagic = 0xe0f5e1e2;

bool is_erofs(int file, const std::string& name) {
  uint32_t magic;
  return read_at(file, kErofsOffset, &magic, sizeof magic, name) && le32toh(magic) == kErofsMagic;
}

// The kernel mounts one that is cut off, and its files are missing or fail.
void check_erofs(int file, uint64_t size, const std::string& name) {
  ErofsSuperBlock block;
  if (!read_at(file, kErofsOffset, &block, sizeof block, name)) throw Error(name, "its EROFS is cut off", kCopyAgain);
  constexpr uint8_t kLargestBlock = 16;          // 64 KiB
  if (block.block_bits > kLargestBlock) return;  // not of the kind that we know: the kernel's to say
  const uint64_t needed = uint64_t{le32toh(block.blocks)} << block.block_bits;
  if (needed <= size) return;
  throw Error(name,
              "its EROFS is cut off: it needs " + std::to_string(needed) + " bytes and has " + std::to_string(size),
              kCopyAgain);
}

uint64_t size_of(int file, const std::string& name) {
  struct stat status;
  if (fstat(file, &status) != 0) throw system_error(name, "fstat");
  return status.st_size;
}

// An image that is one file system and nothing else.
std::optional<RootPartition> bare_file_system(int file, const std::string& name) {
  const uint64_t size = size_of(file, name);
  if (is_squashfs(file, 0, name)) {
    check_squashfs(file, 0, size, name);
    return RootPartition{RootKind::kSquashfs, 0, size};
  }
  if (is_erofs(file, name)) {
    check_erofs(file, size, name);
    return RootPartition{RootKind::kErofs, 0, size};
  }
  return std::nullopt;
}

}  // namespace

RootPartition root_partition(int file, const std::string& name) {
  struct stat status;
  if (fstat(file, &status) != 0) throw system_error(name, "fstat");
  if (S_ISDIR(status.st_mode)) return {RootKind::kDirectory, 0, 0};
  if (sif::is_sif(file, name)) {
    const sif::Image image = sif::read(file, name);
    const sif::Object& root = sif::root_partition(image, file, name);
    const bool has_overlay = std::any_of(image.objects.begin(), image.objects.end(),
                                         [](const sif::Object& object) { return object.part == sif::Part::kOverlay; });
    return {RootKind::kSquashfs, root.offset, root.size, true, has_overlay};
  }
  if (const auto whole = bare_file_system(file, name)) return *whole;
  throw Error(name, "is not an image but " + std::string(in_words(other_kind_of(file, name))),
              "name a SIF image, a squashfs or EROFS file, or a directory");
}

std::optional<RootPartition> data_partition(int file, const std::string& name) {
  if (!sif::is_sif(file, name)) return bare_file_system(file, name);
  const sif::Image image = sif::read(file, name);
  const sif::Object& data = sif::data_partition(image, file, name);
  return RootPartition{RootKind::kSquashfs, data.offset, data.size, true};
}

}  // namespace slipway
