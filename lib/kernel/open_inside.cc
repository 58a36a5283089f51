// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/open_inside.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "lib/base/error.h"
#include "lib/kernel/kernel.h"

namespace slipway {

namespace {

// By being such a process for a moment.
Fd open_after_chroot(const Fd& root, const std::string& path, int flags) {
  const Fd old_root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)), cwd(open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!old_root || !cwd || fchdir(root.get()) != 0) return {};
  Fd opened;
  const bool is_inside = chroot(".") == 0;
  if (is_inside) opened.reset(open(path.c_str(), flags | O_CLOEXEC));
  const int error = errno;
  if ((is_inside && (fchdir(old_root.get()) != 0 || chroot(".") != 0)) || fchdir(cwd.get()) != 0) {
    throw system_error("container", "chroot(back)");
  }
  errno = error;
  return opened;
}

}  // namespace

Fd open_inside(const Fd& root, const std::string& path, int flags) {
  Fd opened(kernel::openat2(root.get(), path.c_str(), flags | O_CLOEXEC, kernel::kResolveInRoot));
  if (!opened && errno == ENOSYS) return open_after_chroot(root, path, flags);
  return opened;
}

std::string link_to(const Fd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

}  // namespace slipway
