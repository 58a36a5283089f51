// SPDX-License-Identifier: BSD-3-Clause
#include "helper/rootfs/fuse_mount.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "lib/base/error.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr char kDevice[] = "/dev/fuse";

Error cannot_open_device(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return Error(kDevice, "users may not open it on this node, and the image must be mounted by FUSE",
                   "ask the admin for mode 0666, or to install the image as root");
    default:
      return Error(kDevice, std::string(strerror(error)) + ", and the image must be mounted by FUSE",
                   "ask the admin to load the module (modprobe fuse)");
  }
}

// Asks the kernel alone, since the server does not run yet.
unsigned device_number(const char* path) {
  struct statx status;
  const Fd fd(open(path, O_PATH | O_CLOEXEC));
  if (!fd || statx(fd.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) != 0) {
    throw system_error("container", "statx");
  }
  return status.stx_dev_minor;
}

}  // namespace

FuseMount mount_fuse(const std::string& where, const std::string& name) {
  // Opened after unshare: the kernel mounts it only in the user namespace in which it was opened (4.18).
  Fd device(open(kDevice, O_RDWR | O_CLOEXEC));
  if (!device) throw cannot_open_device(errno);
  // The ids as they are in this namespace. allow_other: to the user's other groups and to a debugger too, all of them
  // in this namespace.
  const std::string options = "fd=" + std::to_string(device.get()) +
                              ",rootmode=40000,user_id=" + std::to_string(geteuid()) +
                              ",group_id=" + std::to_string(getegid()) + ",allow_other";
  if (mount("slipway", where.c_str(), "fuse", MS_RDONLY | MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    throw system_error(name, "mount(fuse)",
                       "ask the admin for a kernel with FUSE in user namespaces (4.18)");
  }
  return {std::move(device), device_number(where.c_str())};
}

void wait_for_fuse_server(const std::string& where, const std::string& name, const Request& request) {
  const Fd root(open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status;
  if (root && fstat(root.get(), &status) == 0) return;
  throw Error(name, request.settings.fuse_program + " could not serve it: " + strerror(errno),
              "see what that program says of it; the image may be damaged, or compressed in a way it does not know");
}

void shield_fuse_mount() {
  // Over an empty directory, since a read-only overlay wants two.
  const std::string options = std::string("lowerdir=") + kSkeletonName + ":" + kImageName;
  mount("slipway", kImageName, "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, options.c_str());
}

}  // namespace slipway
