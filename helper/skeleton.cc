#include "helper/skeleton.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "helper/error.h"
#include "helper/image_mount.h"
#include "helper/open_inside.h"
#include "helper/trust.h"
#include "helper/underlay.h"

namespace slipway {

namespace {

constexpr size_t kLongestImageFile = 1 << 20;

// "/a/b" as a path relative to a directory descriptor.
const char* relative(const std::string& path) { return path.c_str() + 1; }

}  // namespace

Skeleton::Skeleton() {
  if (mount("slipway", kSkeletonName, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64m") != 0) {
    throw system_error("container", "mount(tmpfs)");
  }
  image_.reset(open(kImageName, O_PATH | O_DIRECTORY | O_CLOEXEC));
  skeleton_.reset(open(kSkeletonName, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!image_ || !skeleton_) throw system_error("container", "open(image)");
  image_path_ = real_path(image_.get());
}

// Makes `directory`, a path without links, in the skeleton too, with the mode it has in the image: in the union the
// upper directory's mode is the one that counts.
void Skeleton::mirror(const std::string& directory) {
  for (size_t end = 0; end < directory.size();) {
    end = std::min(directory.find('/', end + 1), directory.size());
    const std::string path = directory.substr(0, end);
    struct stat status;
    const bool in_image = fstatat(image_.get(), relative(path), &status, AT_SYMLINK_NOFOLLOW) == 0;
    const mode_t mode = in_image && S_ISDIR(status.st_mode) ? (status.st_mode & 07777) | S_IRWXU : 0755;
    if (mkdirat(skeleton_.get(), relative(path), mode) != 0 && errno != EEXIST) {
      throw system_error(printable(path), "mkdir");
    }
  }
}

// Where an entry at `path` really goes: its directory with the image's links resolved, made where it is missing.
std::string Skeleton::place(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  const std::string parent = add_directory(path.substr(0, slash));
  mirror(parent);
  return parent + path.substr(slash);
}

std::string Skeleton::add_directory(const std::string& path) {
  if (path.empty()) return "";
  if (const Fd fd = open_inside(image_, path, O_PATH | O_DIRECTORY)) {
    return real_path(fd.get()).substr(image_path_.size());
  }
  const std::string where = place(path);
  if (mkdirat(skeleton_.get(), relative(where), 0755) != 0 && errno != EEXIST) {
    throw system_error(printable(path), "mkdir");
  }
  return where;
}

void Skeleton::add_mount_point_for_file(const std::string& path) {
  if (!open_inside(image_, path, O_PATH)) add_file(path, "");
}

void Skeleton::add_file(const std::string& path, const std::string& content) {
  const std::string where = place(path);
  const Fd fd(openat(skeleton_.get(), relative(where), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd || write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
    throw system_error(printable(path), "write");
  }
}

std::string Skeleton::image_file(const std::string& path) const {
  const Fd fd = open_inside(image_, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat status;
  if (!fd || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return "";
  std::string content(std::min<size_t>(status.st_size, kLongestImageFile), '\0');
  const ssize_t size = pread(fd.get(), content.data(), content.size(), 0);
  content.resize(std::max<ssize_t>(size, 0));
  return content;
}

void Skeleton::mount_root() const {
  add_entries_of(image_, skeleton_);
  constexpr unsigned long kFlags = MS_RDONLY | MS_NOSUID | MS_NODEV;
  if (mount(kSkeletonName, kRootName, nullptr, MS_BIND | MS_REC, nullptr) != 0 ||
      mount(nullptr, kRootName, nullptr, MS_REMOUNT | MS_BIND | kFlags, nullptr) != 0) {
    throw system_error("container", "mount(root)");
  }
}

}  // namespace slipway
