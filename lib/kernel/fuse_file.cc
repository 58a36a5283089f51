// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/fuse_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>

#include "lib/base/error.h"

namespace slipway {

namespace {

Fd again(int fd, const std::string& name) {
  Fd same(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!same) throw system_error(name, "fcntl(F_DUPFD)");
  return same;
}

Fd opened_anew(int fd, int flags, const std::string& name) {
  Fd anew(open(("/proc/self/fd/" + std::to_string(fd)).c_str(), flags | O_CLOEXEC));
  if (!anew) throw system_error(name, "open");
  return anew;
}

}  // namespace

Fd without_flush(const Fd& opened, const std::string& name) {
  struct statfs status;
  const bool is_answered = fstatfs(opened.get(), &status) == 0;  // a server need not know this call
  if (!is_answered || status.f_type == FUSE_SUPER_MAGIC) return opened_anew(opened.get(), O_PATH, name);
  return again(opened.get(), name);
}

Fd opened_for_reading(int fd, const std::string& name) {
  const int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && flags & O_PATH) return opened_anew(fd, O_RDONLY | O_NONBLOCK | O_NOCTTY, name);
  return again(fd, name);
}

}  // namespace slipway
