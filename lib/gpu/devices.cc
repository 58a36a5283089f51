// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::gpu {

namespace {

// A directory descriptor that is closed.
class Directory {
 public:
  explicit Directory(const char* path) : fd_(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
  ~Directory() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  const int fd_;
};

void hidden_name(const char* name, char (&out)[kLongestDevice + sizeof kHidden]) {
  snprintf(out, sizeof out, "%s/%s", kHidden, name);
}

// The part of a device's name before its slash; false: it has none.
bool directory_of(const char* name, char (&out)[kLongestDevice]) {
  const char* const slash = strchr(name, '/');
  if (!slash) return false;
  memcpy(out, name, slash - name);
  out[slash - name] = '\0';
  return true;
}

// EBUSY, EXDEV: the user has mounted something of their own there, or on its directory.
bool move(const Directory& dev, const char* name) {
  char hidden[kLongestDevice + sizeof kHidden], directory[kLongestDevice];
  hidden_name(name, hidden);
  if (directory_of(name, directory) && mkdirat(dev.get(), directory, 0755) != 0 && errno != EEXIST) return false;
  return renameat(dev.get(), hidden, dev.get(), name) == 0 || errno == ENOENT || errno == EBUSY || errno == EXDEV;
}

void remove(const Directory& dev, const char* name) {
  char hidden[kLongestDevice + sizeof kHidden], directory[kLongestDevice];
  hidden_name(name, hidden);
  unlinkat(dev.get(), hidden, 0);
  if (!directory_of(name, directory)) return;
  hidden_name(directory, hidden);
  unlinkat(dev.get(), hidden, AT_REMOVEDIR);  // by the last that was in it
}

}  // namespace

bool has_hidden(const char* directory) {
  struct stat status;  // faccessat(2) takes no flags before Linux 5.8, and musl does not make up for that
  return fstatat(Directory(directory).get(), kHidden, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

const char* show_devices(const char* directory, const Table& table, Mask shown) {
  const Directory dev(directory);
  if (shown == 0) return nullptr;
  unsigned vendors[topology::kMostGpus];
  int count = 0;
  for (int i = 0; i < table.gpus; ++i) {
    if (!(shown & bit(i))) continue;
    if (!move(dev, table.gpu[i].name)) return "rename(/dev)";
    vendors[count++] = table.gpu[i].vendor;
  }
  for (int i = 0; i < table.companions; ++i) {
    const Companion& companion = table.companion[i];
    bool is_wanted = companion.gpu != kAllOfVendor && shown & bit(companion.gpu);
    for (int vendor = 0; vendor < count && companion.gpu == kAllOfVendor; ++vendor) {
      is_wanted |= vendors[vendor] == companion.vendor;
    }
    if (is_wanted && !move(dev, companion.name)) return "rename(/dev)";
  }
  return nullptr;
}

void remove_hidden(const char* directory, const Table& table) {
  const Directory dev(directory);
  for (int i = 0; i < table.gpus; ++i) remove(dev, table.gpu[i].name);
  for (int i = 0; i < table.companions; ++i) remove(dev, table.companion[i].name);
  unlinkat(dev.get(), kHidden, AT_REMOVEDIR);
}

}  // namespace slipway::gpu
