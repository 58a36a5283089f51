// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/opened_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "lib/kernel/mount_table.h"

namespace slipway {

namespace {

std::string mount_id_of(int fd) { return field_of(text_of_file("/proc/self/fdinfo/" + std::to_string(fd)), "mnt_id"); }

}  // namespace

// statfs(2) would ask the server of a FUSE file system, a user's process, and no signal ends the wait for one that does
// not answer.
std::string file_system_of(int fd) {
  const std::string mount_id = mount_id_of(fd);
  for (const MountEntry& mounted : mount_table_of(text_of_file("/proc/self/mountinfo"))) {
    if (std::to_string(mounted.id) == mount_id) return mounted.type;
  }
  return "";
}

bool is_hidden_from_root(int fd) {
  struct statx status;
  return !known_status(fd, status) && errno == EACCES;
}

bool known_status(int fd, struct statx& status) {
  return statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE | STATX_INO, &status) == 0;
}

bool is_on_own_mount(int fd) {
  const std::string mount_id = mount_id_of(fd);
  const std::string mounts = "\n" + text_of_file("/proc/self/mountinfo");
  return !mount_id.empty() && mounts.find("\n" + mount_id + " ") != mounts.npos;
}

std::string real_path(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  char path[PATH_MAX];
  const ssize_t length = readlink(link.c_str(), path, sizeof path);
  if (length < 0) throw system_error(link, "readlink");
  if (length == sizeof path || path[0] != '/') throw Error(link, "names no path");
  return std::string(path, length);
}

}  // namespace slipway
