// SPDX-License-Identifier: BSD-3-Clause
#include "lib/policy/trust.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/paths.h"
#include "lib/kernel/fuse_file.h"
#include "lib/kernel/opened_file.h"

namespace slipway {

namespace {

// File systems whose owners and modes this node's kernel alone decides. On a network file system or FUSE they are what
// another machine or a user's process says.
constexpr std::string_view kLocalFileSystems[] = {"ext2", "ext3", "ext4", "xfs",   "btrfs",
                                                  "f2fs", "zfs",  "erofs", "tmpfs", "squashfs"};

bool is_on_local_file_system(int fd) {
  return std::find(std::begin(kLocalFileSystems), std::end(kLocalFileSystems), file_system_of(fd)) !=
         std::end(kLocalFileSystems);
}

// Why someone other than root could change or replace what `status` describes; empty when nobody could. The mode's
// group bits cover access control lists too: they hold the list's mask (acl(5)).
std::string writer_of(const std::string& path, const struct stat& status) {
  const std::string name = printable(path);
  if (status.st_uid != 0) return "can be written by uid " + std::to_string(status.st_uid) + ", who owns " + name;
  if (status.st_mode & (S_IWGRP | S_IWOTH)) return "can be written by others than root, through the mode of " + name;
  return "";
}

// Walks the directories of `path` as they are now and checks that they lead to `image` itself.
std::string writer_on_the_way(int image, const std::string& path) {
  Fd directory(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat status;
  for (size_t start = 1;;) {
    if (!directory || fstat(directory.get(), &status) != 0) return "lies in a directory that cannot be checked";
    const std::string writer = writer_of(start == 1 ? "/" : path.substr(0, start - 1), status);
    if (!writer.empty()) return writer;
    const size_t slash = path.find('/', start);
    const std::string name = path.substr(start, slash == path.npos ? path.npos : slash - start);
    directory.reset(openat(directory.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (slash == path.npos) break;
    start = slash + 1;
  }
  struct stat opened;
  if (!directory || fstat(directory.get(), &status) != 0 || fstat(image, &opened) != 0 ||
      status.st_dev != opened.st_dev || status.st_ino != opened.st_ino) {
    return "was moved or replaced while it was being opened";
  }
  return "";
}

// A descriptor that was opened for writing before the file became root's still writes. The kernel grants a read lease
// only when there is none (fcntl(2), F_SETLEASE). File systems that know no leases say EINVAL: network file systems,
// which need trusted_path anyway. Who is not root may not ask (EACCES), and only says what root would do.
bool is_open_for_writing(int image) {
  const Fd opened = opened_for_reading(image, "it");
  if (fcntl(opened.get(), F_SETLEASE, F_RDLCK) == 0) {
    fcntl(opened.get(), F_SETLEASE, F_UNLCK);
    return false;
  }
  return errno != EINVAL && !(errno == EACCES && geteuid() != 0);
}

}  // namespace

std::optional<std::string> trusted_path_of(int fd, const std::vector<std::string>& trusted_paths) {
  const std::string path = real_path(fd);
  for (const std::string& trusted : trusted_paths) {
    if (is_at_or_below(path, normal_path(trusted))) return trusted;
  }
  return std::nullopt;
}

bool is_on_a_users_fuse(int fd, const std::vector<std::string>& trusted_paths) {
  const std::string file_system = file_system_of(fd);
  return (file_system.empty() || file_system.starts_with("fuse")) && !trusted_path_of(fd, trusted_paths);
}

Verdict judge_image(int image, const std::vector<std::string>& trusted_paths) {
  try {
    const auto trusted_path = trusted_path_of(image, trusted_paths);
    // Before anything else, since all else asks the file system.
    if (!trusted_path && !is_on_local_file_system(image)) {
      return {false, "lies on a file system where ownership proves nothing, and under no trusted_path"};
    }
    struct stat status;
    if (fstat(image, &status) != 0) return {false, "cannot be examined"};
    std::string writer = writer_of("it", status);
    if (!writer.empty()) return {false, writer};
    writer = writer_on_the_way(image, real_path(image));
    if (!writer.empty()) return {false, writer};
    if (is_open_for_writing(image)) return {false, "is open for writing by some process"};
    return {true, trusted_path ? "lies under trusted_path=" + *trusted_path : "can be written by root alone"};
  } catch (const Error& error) {
    return {false, "cannot be examined (" + std::string(error.what()) + ")"};
  }
}

Verdict judge_mount(int image, MountKernel choice, const std::vector<std::string>& trusted_paths) {
  switch (choice) {
    case MountKernel::kNever:
      return {false, "is a file, and no file is mounted by the kernel here (mount_kernel=never)"};
    case MountKernel::kAnySquashfs:
      if (is_on_a_users_fuse(image, trusted_paths)) {
        return {false, "lies on FUSE, whose server root does not ask, and under no trusted_path"};
      }
      return {true, "is a squashfs, and any is mounted by the kernel here (mount_kernel=any-squashfs)"};
    case MountKernel::kTrusted: break;
  }
  return judge_image(image, trusted_paths);
}

}  // namespace slipway
