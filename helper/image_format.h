// What kind of image an opened file is, and where its root file system lies.
#pragma once

#include <cstdint>
#include <string>

namespace slipway {

enum class RootKind : uint32_t { kSquashfs, kDirectory };

// Plain data: it crosses from the process that reads the image to the one that mounts it.
struct RootPartition {
  RootKind kind = RootKind::kDirectory;
  uint64_t offset = 0, size = 0;  // bytes, in the file; 0 for a directory
};

// `file` is a regular file or a directory. Throws Error when it is no image, a damaged one, or one that this machine
// cannot run.
RootPartition root_partition(int file, const std::string& name);

}  // namespace slipway
