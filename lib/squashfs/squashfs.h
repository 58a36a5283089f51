// SPDX-License-Identifier: BSD-3-Clause

// A squashfs file system, read through libsquashfuse. Its bytes may be hostile: what reads them is a process of the
// user who brought them.
#pragma once

extern "C" {
#include <squashfuse/squashfuse.h>
}
#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace slipway {

// Not to be used by several threads at once, as the library.
class Squashfs {
 public:
  // `image` stays open as long as this process. Throws std::runtime_error with a sentence.
  Squashfs(const std::string& image, uint64_t offset);
  Squashfs(int image, uint64_t offset);  // open, and not closed here
  Squashfs(const Squashfs&) = delete;
  ~Squashfs();

  // Files are numbered as the root is 1; a number stays valid for ever.
  using Number = uint64_t;
  static constexpr Number kRoot = 1;

  struct Entry {
    const char* name;
    Number number;
    struct stat status;
    int64_t next;  // the position behind it, to go on from
  };

  // Whose root's files are shown as, as the kernel's mounts show them (helper/stage/image_mount.h): the user's, under
  // the ids that the user has where the mount is.
  void show_root_as(uid_t uid, gid_t gid);

  // All of these: false or nothing with errno set when there is no such file, or its bytes make no sense (EIO).
  std::optional<Number> find(Number directory, const char* name);
  bool status(Number file, struct stat& status);
  bool target(Number link, std::string& target);
  // Bytes read to `buffer`, fewer than `size` only at the end of the file; -1.
  ssize_t read(Number file, int64_t offset, size_t size, char* buffer);
  // Calls `visit` for each entry from `position` on (0: the first) until it returns false.
  bool list(Number directory, int64_t position, const std::function<bool(const Entry&)>& visit);

 private:
  bool get(Number file, sqfs_inode& inode);
  Number number_of(sqfs_inode_id id) const;
  bool fill(Number file, sqfs_inode& inode, struct stat& status);

  sqfs fs_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
};

}  // namespace slipway
