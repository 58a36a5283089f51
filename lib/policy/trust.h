// SPDX-License-Identifier: BSD-3-Clause

// May the kernel mount this image? The kernel's file systems are not hardened against hostile bytes, so only when no
// one but root could have written them (CVE-2023-30549 is what happens otherwise).
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "lib/protocol/request.h"

namespace slipway {

struct Verdict {
  bool trusted = false;
  std::string reason;  // completes "the image ...": "is owned by alice"
};

// Which of the directories that the admin vouches for holds the open file. Nothing: none does. By the kernel's name for
// the file, without a question to its file system. Throws Error.
std::optional<std::string> trusted_path_of(int fd, const std::vector<std::string>& trusted_paths);

// It lies on FUSE, where a file is whatever its server says, and under no trusted path: that server may be a process of
// a user's, for which root must not wait. True also of a file system that is not seen here. Throws Error.
bool is_on_a_users_fuse(int fd, const std::vector<std::string>& trusted_paths);

// Judges the open file `image`, not a path: owner and mode of the file and of every directory above it, the kind of
// its file system (unless it lies below one of `trusted_paths`, which the admin vouches for), and that no one holds it
// open for writing. Only root can see the last; for others that part is left out. Call it in the mount namespace in
// which the file was opened. Never throws: what cannot be checked is not trusted.
Verdict judge_image(int image, const std::vector<std::string>& trusted_paths);

// Who mounts a squashfs image: its user by FUSE, or (trusted) the kernel, which with kAnySquashfs mounts whatever
// squashfs there is. Never throws.
Verdict judge_mount(int image, MountKernel choice, const std::vector<std::string>& trusted_paths);

}  // namespace slipway
