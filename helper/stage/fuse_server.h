// SPDX-License-Identifier: BSD-3-Clause

// A FUSE server of a step on this node, one for each image that FUSE mounts: an ordinary program (ours in server/, or
// the site's), which runs as the user and stays beside the ranks. stage's watcher is its parent, and stays with it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

#include "lib/process/child.h"
#include "lib/process/rank.h"
#include "lib/protocol/request.h"

namespace slipway {

// From the worker to the watcher, with two descriptors: the image, opened as the user, and the device that is mounted.
struct FuseOrder {
  uint64_t offset;      // bytes, of the root file system in the image
  unsigned connection;  // as in helper/rootfs/fuse_mount.h
};

class FuseServer {
 public:
  // Makes a process that is the user and waits. Called by root. Throws Error.
  explicit FuseServer(const Request& request);

  // Has it execute the program, as a member of the step of which `rank` is a process. Throws Error, also that of the
  // process.
  void start(const FuseOrder& order, std::span<const int> descriptors, const Rank& rank, const Patience& patience);

  pid_t pid() const { return child_.pid(); }
  unsigned connection() const { return connection_; }  // as in FuseOrder

 private:
  Child child_;
  unsigned connection_ = 0;
};

}  // namespace slipway
