// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/devices.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <string>

#include "lib/base/error.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

struct Device {
  const char* name;
  unsigned major, minor;  // Documentation/admin-guide/devices.txt of the kernel
};

// Open to everybody on any machine. ptmx must be a node, beside the host's terminals: the kernel looks for "pts" in the
// directory of the node that was opened, which a bind of the host's ptmx does not have, and the one inside devpts is
// closed to users on most systems (ptmxmode=000).
constexpr Device kDevices[] = {{"null", 1, 3},    {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8},
                               {"urandom", 1, 9}, {"tty", 5, 0},  {"ptmx", 5, 2}};

struct Link {
  const char* name;
  const char* target;
};
constexpr Link kLinks[] = {{"fd", "/proc/self/fd"},
                           {"stdin", "/proc/self/fd/0"},
                           {"stdout", "/proc/self/fd/1"},
                           {"stderr", "/proc/self/fd/2"}};

std::string inside(const char* name) { return std::string(kDevicesName) + "/" + name; }

}  // namespace

void make_devices(const Request& request) {
  if (mkdir(kDevicesName, 0755) != 0) throw system_error(kDevicesName, "mkdir");
  // The one mount of root's without nodev: it is there for devices. It belongs to the user, who can add mount points to
  // it but no device (mknod(2) asks for CAP_MKNOD in the first user namespace).
  const std::string options =
      "mode=0755,size=64k,uid=" + std::to_string(request.uid) + ",gid=" + std::to_string(request.gid);
  if (mount("slipway", kDevicesName, "tmpfs", MS_NOSUID, options.c_str()) != 0) {
    throw system_error("/dev", "mount(tmpfs)");
  }
  for (const Device& device : kDevices) {
    if (mknod(inside(device.name).c_str(), S_IFCHR | 0666, makedev(device.major, device.minor)) != 0) {
      throw system_error(std::string("/dev/") + device.name, "mknod", "ask the admin to let slurmd make device nodes");
    }
  }
  for (const Link& link : kLinks) {
    if (symlink(link.target, inside(link.name).c_str()) != 0) throw system_error(link.name, "symlink");
  }
}

}  // namespace slipway
