// SPDX-License-Identifier: BSD-3-Clause
#include "lib/squashfs/squashfs.h"

#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace slipway {

namespace {

// The library keeps few decompressed blocks, and programs that read many small files come back to each often.
constexpr size_t kCacheBytes = 8 << 20;
constexpr size_t kMetadataBlocks = 256;  // 8 KiB each

void enlarge(sqfs_cache& cache, size_t blocks) {
  sqfs_cache_destroy(&cache);
  if (sqfs_block_cache_init(&cache, blocks) != SQFS_OK) throw std::runtime_error("not enough memory");
}

int open_image(const std::string& image) {
  sqfs_fd_t file;
  if (sqfs_fd_open(image.c_str(), &file, false) != SQFS_OK) throw std::runtime_error(strerror(errno));
  return file;
}

const char* reason(sqfs_err error) {
  switch (error) {
    case SQFS_BADFORMAT: return "is no squashfs, or a damaged one";
    case SQFS_BADVERSION: return "is a squashfs of another version";
    case SQFS_BADCOMP: return "is compressed in a way that libsquashfuse does not know";
    case SQFS_UNSUP: return "has a feature that libsquashfuse does not know";
    default: return "cannot be read";
  }
}

}  // namespace

Squashfs::Squashfs(const std::string& image, uint64_t offset) : Squashfs(open_image(image), offset) {}

Squashfs::Squashfs(int image, uint64_t offset) {
  const sqfs_err error = sqfs_init(&fs_, image, offset);
  if (error != SQFS_OK) throw std::runtime_error(reason(error));
  const size_t blocks = std::clamp<size_t>(kCacheBytes / std::max<uint32_t>(fs_.sb.block_size, 1), 3, 64);
  enlarge(fs_.frag_cache, blocks);
  enlarge(fs_.data_cache, blocks);
  enlarge(fs_.md_cache, kMetadataBlocks);
}

Squashfs::~Squashfs() { sqfs_destroy(&fs_); }

// The library's ids are places in the inode table; 0 can be one.
Squashfs::Number Squashfs::number_of(sqfs_inode_id id) const {
  return id == fs_.sb.root_inode ? kRoot : id + kRoot + 1;
}

bool Squashfs::get(Number file, sqfs_inode& inode) {
  const sqfs_inode_id id = file == kRoot ? sqfs_inode_root(&fs_) : file - kRoot - 1;
  if (sqfs_inode_get(&fs_, &inode, id) == SQFS_OK) return true;
  errno = EIO;
  return false;
}

void Squashfs::show_root_as(uid_t uid, gid_t gid) {
  uid_ = uid;
  gid_ = gid;
}

bool Squashfs::fill(Number file, sqfs_inode& inode, struct stat& status) {
  status = {};
  sqfs_id_t uid, gid;
  if (sqfs_id_get(&fs_, inode.base.uid, &uid) != SQFS_OK || sqfs_id_get(&fs_, inode.base.guid, &gid) != SQFS_OK) {
    errno = EIO;
    return false;
  }
  status.st_ino = file;
  status.st_uid = uid == 0 ? uid_ : uid;
  status.st_gid = gid == 0 ? gid_ : gid;
  status.st_mode = inode.base.mode;
  status.st_nlink = inode.nlink;
  status.st_mtime = status.st_ctime = status.st_atime = inode.base.mtime;
  if (S_ISREG(status.st_mode)) status.st_size = static_cast<off_t>(inode.xtra.reg.file_size);
  else if (S_ISDIR(status.st_mode)) status.st_size = inode.xtra.dir.dir_size;
  else if (S_ISLNK(status.st_mode)) status.st_size = static_cast<off_t>(inode.xtra.symlink_size);
  else if (S_ISBLK(status.st_mode) || S_ISCHR(status.st_mode)) {
    status.st_rdev = makedev(inode.xtra.dev.major, inode.xtra.dev.minor);
  }
  status.st_blksize = fs_.sb.block_size;
  status.st_blocks = (status.st_size + 511) / 512;
  return true;
}

std::optional<Squashfs::Number> Squashfs::find(Number directory, const char* name) {
  sqfs_inode inode;
  if (!get(directory, inode)) return std::nullopt;
  sqfs_name buffer;
  sqfs_dir_entry entry;
  sqfs_dentry_init(&entry, buffer);
  bool found = false;
  if (sqfs_dir_lookup(&fs_, &inode, name, strlen(name), &entry, &found) != SQFS_OK) {
    errno = S_ISDIR(inode.base.mode) ? EIO : ENOTDIR;
    return std::nullopt;
  }
  errno = ENOENT;
  return found ? std::optional(number_of(sqfs_dentry_inode(&entry))) : std::nullopt;
}

bool Squashfs::status(Number file, struct stat& status) {
  sqfs_inode inode;
  return get(file, inode) && fill(file, inode, status);
}

bool Squashfs::target(Number link, std::string& target) {
  sqfs_inode inode;
  if (!get(link, inode)) return false;
  errno = EINVAL;
  if (!S_ISLNK(inode.base.mode)) return false;
  char buffer[4096];
  size_t size = sizeof buffer;
  errno = EIO;
  if (sqfs_readlink(&fs_, &inode, buffer, &size) != SQFS_OK) return false;
  target = buffer;
  return true;
}

ssize_t Squashfs::read(Number file, int64_t offset, size_t size, char* buffer) {
  sqfs_inode inode;
  if (!get(file, inode)) return -1;
  errno = EINVAL;
  if (!S_ISREG(inode.base.mode)) return -1;
  sqfs_off_t got = static_cast<sqfs_off_t>(size);
  errno = EIO;
  return sqfs_read_range(&fs_, &inode, offset, &got, buffer) == SQFS_OK ? got : -1;
}

bool Squashfs::list(Number directory, int64_t position, const std::function<bool(const Entry&)>& visit) {
  sqfs_inode inode;
  if (!get(directory, inode)) return false;
  sqfs_dir listing;
  errno = S_ISDIR(inode.base.mode) ? EIO : ENOTDIR;
  if (sqfs_dir_open(&fs_, &inode, &listing, position) != SQFS_OK) return false;
  sqfs_name name;
  sqfs_dir_entry found;
  sqfs_dentry_init(&found, name);
  sqfs_err error = SQFS_OK;
  while (sqfs_dir_next(&fs_, &listing, &found, &error)) {
    name[sqfs_dentry_name_size(&found)] = '\0';
    Entry entry{name, number_of(sqfs_dentry_inode(&found)), {}, sqfs_dentry_next_offset(&found)};
    sqfs_inode its;
    if (!get(entry.number, its) || !fill(entry.number, its, entry.status)) return false;
    if (!visit(entry)) return true;
  }
  errno = EIO;
  return error == SQFS_OK;
}

}  // namespace slipway
