// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/squashfs.h"

#include <endian.h>

#include <cstring>

#include "lib/base/error.h"
#include "lib/base/read_at.h"

namespace slipway {

namespace {

constexpr uint32_t kMagic = 0x73717368;  // "hsqs"
constexpr uint64_t kSuperBlockSize = 96;
constexpr char kRemedy[] = "copy or build the image again";

// Its beginning; the whole has kSuperBlockSize bytes.
struct SuperBlock {
  uint32_t magic;
  uint32_t inodes, made, block_size, fragments;
  uint16_t compression, block_log, flags, ids, major, minor;
  uint64_t root_inode, bytes_used;
} __attribute__((packed));

}  // namespace

bool is_squashfs(int file, uint64_t offset, const std::string& name) {
  SuperBlock block;
  return read_at(file, offset, &block, sizeof block, name) && le32toh(block.magic) == kMagic;
}

std::string check_squashfs(int file, uint64_t offset, uint64_t size, const std::string& name) {
  SuperBlock block;
  if (!read_at(file, offset, &block, sizeof block, name)) throw Error(name, "its squashfs is cut off", kRemedy);
  if (le32toh(block.magic) != kMagic)
    throw Error(name, "its root file system is not the squashfs it claims to be", kRemedy);
  if (le16toh(block.major) != 4 || le16toh(block.minor) != 0) {
    throw Error(name, "its squashfs is not of version 4.0", "build it again with a current mksquashfs");
  }
  const uint64_t used = le64toh(block.bytes_used);
  if (used < kSuperBlockSize || used > size) {
    throw Error(name,
                "its squashfs is cut off: it needs " + std::to_string(used) + " bytes and has " + std::to_string(size),
                kRemedy);
  }
  static constexpr const char* kNames[] = {"gzip", "lzma", "lzo", "xz", "lz4", "zstd"};
  const uint16_t compression = le16toh(block.compression);
  if (compression < 1 || compression > std::size(kNames)) {
    throw Error(name, "its squashfs is compressed in an unknown way", kRemedy);
  }
  return kNames[compression - 1];
}

}  // namespace slipway
