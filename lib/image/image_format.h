// SPDX-License-Identifier: BSD-3-Clause

// What kind of image an opened file is, and where its root file system lies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace slipway {

// In bytes: what the kernel's squashfs reads at once (SQUASHFS_DEVBLK_SIZE in its sources), and a loop device has
// whole.
inline constexpr uint64_t kLoopBlock = 1024;

enum class RootKind : uint32_t { kSquashfs, kErofs, kDirectory };

// Plain data: it crosses from the process that reads the image to the one that mounts it.
struct RootPartition {
  RootKind kind = RootKind::kDirectory;
  uint64_t offset = 0, size = 0;  // bytes, in the file; 0 for a directory
  bool is_in_sif = false;
  bool leaves_overlay = false;  // the SIF has an overlay partition, too, which is not mounted
};

// For people, of an image with such a partition. Apptainer writes to it (overlay create); most are ext3, which the
// kernel must never mount from a user's file.
inline constexpr char kOverlayIsLeft[] = "its overlay partition is not mounted, only its root file system is";

// `file` is a regular file or a directory. Throws Error when it is no image, a damaged one, or one that this machine
// cannot run.
RootPartition root_partition(int file, const std::string& name);

// The same for an image that is mounted for its data: in a SIF, its one data partition, else its root file system,
// whatever machine that was built for. `file` is a regular file. Nothing: it is no image, only a file. Throws Error: it
// is a damaged image.
std::optional<RootPartition> data_partition(int file, const std::string& name);

}  // namespace slipway
