// SPDX-License-Identifier: BSD-3-Clause

// Paths of the image, resolved inside it.
#pragma once

#include <string>

#include "lib/base/fd.h"

namespace slipway {

// Opens `path` as a process would whose root directory is `root`: no link and no ".." leads out of it. Close-on-exec.
// Empty with errno set when that fails. Before Linux 5.6 it takes CAP_SYS_CHROOT. Throws Error when this process is no
// longer where it was.
Fd open_inside(const Fd& root, const std::string& path, int flags);

// The path by which a system call that wants one reaches what `fd` has open, and nothing else.
std::string link_to(const Fd& fd);

}  // namespace slipway
