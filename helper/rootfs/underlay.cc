// SPDX-License-Identifier: BSD-3-Clause
#include "helper/rootfs/underlay.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>

#include "lib/base/error.h"
#include "lib/kernel/open_inside.h"

namespace slipway {

namespace {

Fd open_entry(const Fd& directory, const char* name, int flags = 0) {
  return Fd(openat(directory.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC | flags));
}

void copy_link(const Fd& from, const Fd& to, const char* name) {
  char target[PATH_MAX];
  const ssize_t length = readlinkat(from.get(), name, target, sizeof target - 1);
  if (length < 0) throw system_error(printable(name), "readlink");
  target[length] = '\0';
  if (symlinkat(target, to.get(), name) != 0) throw system_error(printable(name), "symlink");
}

// With what is mounted below it, as everywhere.
void bind_entry(const Fd& from, const Fd& to, const char* name, bool is_directory) {
  const Fd source = open_entry(from, name);
  const bool made = is_directory ? mkdirat(to.get(), name, 0755) == 0
                                 : Fd(openat(to.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)).get() >= 0;
  const Fd target = open_entry(to, name);
  if (!source || !made || !target ||
      mount(link_to(source).c_str(), link_to(target).c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    throw system_error(printable(name), "mount(bind)");
  }
}

// Two lower layers and no upper one: read-only by construction. Not userattr: then overlayfs would obey
// user.overlay.* attributes that the image brings; the trusted.* ones it looks for otherwise are never readable here.
bool mount_overlay(const Fd& image, const Fd& tree) {
  const std::string options = "lowerdir=" + link_to(tree) + ":" + link_to(image);
  return mount("slipway", link_to(tree).c_str(), "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, options.c_str()) == 0;
}

void add_entry(const Fd& image, const Fd& tree, const char* name) {
  struct stat theirs, ours;
  if (fstatat(image.get(), name, &theirs, AT_SYMLINK_NOFOLLOW) != 0) return;  // gone from a directory in use
  if (fstatat(tree.get(), name, &ours, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISDIR(theirs.st_mode) || !S_ISDIR(ours.st_mode)) return;
    const Fd lower = open_entry(image, name, O_DIRECTORY), upper = open_entry(tree, name, O_DIRECTORY);
    if (!mount_overlay(lower, upper)) add_entries_of(lower, upper);
  } else if (S_ISLNK(theirs.st_mode)) {
    copy_link(image, tree, name);
  } else {
    bind_entry(image, tree, name, S_ISDIR(theirs.st_mode));
  }
}

}  // namespace

void add_entries_of(const Fd& image, const Fd& tree) {
  Fd readable(openat(image.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  DIR* const directory = readable ? fdopendir(readable.get()) : nullptr;
  if (!directory) throw system_error("a directory of the image", "open");
  readable.release();
  try {
    while (const dirent* entry = readdir(directory)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") add_entry(image, tree, name.c_str());
    }
  } catch (...) {
    closedir(directory);
    throw;
  }
  closedir(directory);
}

}  // namespace slipway
