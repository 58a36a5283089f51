// SPDX-License-Identifier: BSD-3-Clause

// The mounts of a mount namespace, as the kernel lists them (/proc/PID/mountinfo, proc(5)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

struct MountEntry {
  int id;
  std::string device;         // of the file system, "major:minor"
  std::string root;           // what is mounted of its file system
  std::string directory;      // where, as a path of the reading process
  std::string options;        // of the mount, "ro,nosuid,..."
  std::string type;           // of the file system
  std::string super_options;  // of the file system
};

// In the order in which they were mounted. Lines of another form are left out.
std::vector<MountEntry> mount_table_of(std::string_view text);

}  // namespace slipway
