// SPDX-License-Identifier: BSD-3-Clause
#include "helper/rootfs/skeleton.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <cerrno>
#include <ctime>

#include "helper/rootfs/underlay.h"
#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "lib/kernel/open_inside.h"
#include "lib/kernel/opened_file.h"
#include "lib/kernel/user_attributes.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr size_t kLongestImageFile = 1 << 20;

constexpr char kUpper[] = "upper", kWork[] = "work";  // of an overlay

Fd open_directory(const char* path) {
  Fd fd(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw system_error("container", "open(root)");
  return fd;
}

// "/a/b" as a path relative to a directory descriptor.
const char* relative(const std::string& path) { return path.c_str() + 1; }

// With index=on the kernel refuses a layer that another overlay writes, which it allows otherwise and calls undefined.
// (It then finds no use for an index in a user's namespace.) The mounts of a step that has ended go a moment later.
bool mount_when_free(const std::string& options, unsigned long flags) {
  constexpr timespec kMoment{0, 20'000'000};
  for (int moments = 0;; ++moments) {
    if (mount("slipway", kRootName, "overlay", flags, options.c_str()) == 0) return true;
    if (errno != EBUSY || moments == 100) return false;
    nanosleep(&kMoment, nullptr);
  }
}

}  // namespace

Skeleton::Skeleton(const RootWriting& writing, Fd layers) : writing_(writing), layers_(std::move(layers)) {
  if (mount("slipway", kSkeletonName, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64m") != 0) {
    throw system_error("container", "mount(tmpfs)");
  }
  image_ = open_directory(kImageName);
  skeleton_ = open_directory(writing.how == RootWriting::kDirectory ? kImageName : kSkeletonName);
  image_path_ = real_path(image_.get());
  if (writing.how == RootWriting::kDirectory && faccessat(image_.get(), ".", W_OK, AT_EACCESS) != 0) {
    throw system_error(writing.writable_option, "the image is a directory that you cannot write",
                       "copy it, or keep what is written elsewhere with --container-overlay=DIR");
  }
  if (layers_) make_layers();
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
    make_directory(path, mode);
  }
}

// Unless it is there. A link is not followed: before the root is finished, it would lead out of it.
void Skeleton::make_directory(const std::string& where, mode_t mode) {
  if (mkdirat(skeleton_.get(), relative(where), mode) == 0) return;
  if (errno != EEXIST) throw system_error(printable(where), "mkdir");
  struct stat status;
  if (fstatat(skeleton_.get(), relative(where), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode)) {
    throw Error(printable(where), "is a link, and nothing is made where it leads",
                "leave out the link, or what is to be below it");
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
  make_directory(where, 0755);
  return where;
}

void Skeleton::add_mount_point_for_file(const std::string& path) {
  if (!open_inside(image_, path, O_PATH)) make_file(place(path), path, "");
}

void Skeleton::make_file(const std::string& where, const std::string& path, const std::string& content) {
  const Fd fd(openat(skeleton_.get(), relative(where), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd || write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
    throw system_error(printable(path), "write");
  }
}

void Skeleton::add_file(const std::string& path, const std::string& content) {
  if (writing_.how != RootWriting::kDirectory) return make_file(place(path), path, content);
  // What its user has in the way of ours stays.
  const std::string hindrance = hindrance_of_cover(path);
  if (!hindrance.empty()) {
    notices_.push_back(printable(path) + " stays as the image has it: " + hindrance);
    return;
  }
  const std::string name = std::string(kSkeletonName) + "/" + std::to_string(covers_.size());
  const Fd fd(open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd || write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
    throw system_error(printable(path), "write");
  }
  covers_.push_back(path);
}

// Makes a file to be covered where there is none. The user's own file stays as it is, below ours. Empty: nothing is in
// the way.
std::string Skeleton::hindrance_of_cover(const std::string& path) {
  struct stat status;
  if (const Fd there = open_inside(image_, path, O_PATH)) {
    return fstat(there.get(), &status) == 0 && S_ISREG(status.st_mode) ? "" : "it is no file";
  }
  const std::string directory = path.substr(0, path.find_last_of('/'));
  if (open_inside(image_, directory, O_PATH) && !open_inside(image_, directory, O_PATH | O_DIRECTORY)) {
    return directory + " is no directory";
  }
  try {
    const std::string where = place(path);
    const bool is_link = fstatat(image_.get(), relative(where), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (is_link) return "it is a link that leads nowhere";
    make_file(where, path, "");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void Skeleton::add_link(const std::string& path, const std::string& target) {
  const std::string where = place(path);
  struct stat status;
  const bool is_written = writing_.how == RootWriting::kDirectory;
  if (is_written && fstatat(image_.get(), relative(where), &status, AT_SYMLINK_NOFOLLOW) == 0) return;
  if (symlinkat(target.c_str(), skeleton_.get(), relative(where)) != 0 && errno != EEXIST) {
    throw system_error(printable(path), "symlink");
  }
}

bool Skeleton::has_directory(const std::string& path) const {
  return open_inside(image_, path, O_PATH | O_DIRECTORY).get() >= 0;
}

std::string Skeleton::image_file(const std::string& path) const {
  return text_of_regular_file(open_inside(image_, path, O_RDONLY | O_NONBLOCK | O_NOCTTY), kLongestImageFile);
}

// Both layers lie in one directory, as overlayfs wants them; the names are those that Apptainer uses.
void Skeleton::make_layers() {
  const std::string what = writing_.overlay_option + "=" + printable(writing_.directory);
  if (!writing_.memory.empty() || writing_.how != RootWriting::kOverlay) return;
  for (const char* name : {kUpper, kWork}) {
    if (mkdirat(layers_.get(), name, 0755) != 0 && errno != EEXIST) {
      throw system_error(what, "mkdir", "name a directory that you can write");
    }
  }
}

// userxattr: overlayfs then notes what was deleted in attributes that users may write.
void Skeleton::mount_overlay() {
  std::string lower = std::string(kSkeletonName) + ":" + kImageName, upper;
  if (!writing_.memory.empty()) {
    const std::string size = "mode=0755,size=" + writing_.memory;
    if ((!writing_.memory_is_mounted &&
         mount("slipway", kUpperName, "tmpfs", MS_NOSUID | MS_NODEV, size.c_str()) != 0) ||
        mkdir((std::string(kUpperName) + "/" + kUpper).c_str(), 0755) != 0 ||
        mkdir((std::string(kUpperName) + "/" + kWork).c_str(), 0755) != 0) {
      throw system_error(writing_.writable_option, "mount(tmpfs)");
    }
    upper = kUpperName;
  }
  const bool is_read_only = writing_.how == RootWriting::kReadOnly;
  if (layers_) {
    const std::string directory = link_to(layers_);
    if (upper.empty() && !is_read_only) upper = directory;
    else lower = std::string(kSkeletonName) + ":" + directory + "/" + kUpper + ":" + kImageName;
  }
  if (!is_read_only) keeps_attributes_ = has_user_attributes(upper + "/" + kUpper);
  std::string options = "lowerdir=" + lower;
  if (!is_read_only) options += ",upperdir=" + upper + "/" + kUpper + ",workdir=" + upper + "/" + kWork;
  const unsigned long flags = MS_NOSUID | MS_NODEV | (is_read_only ? MS_RDONLY : 0);
  // Before 5.11 there is no userxattr, and where users may mount overlays all the same (RHEL 8) they do without.
  const bool is_kept = layers_ && !is_read_only && writing_.memory.empty();
  for (const char* more : {is_kept ? ",userxattr,index=on" : ",userxattr", ",userxattr", ""}) {
    if (mount_when_free(options + more, flags)) return;
    if (errno != EINVAL) break;
  }
  if (errno == EBUSY) {
    throw Error(writing_.overlay_option + "=" + printable(writing_.directory), "another step on this node writes it",
                "wait for its end, name another directory, or only read it (DIR:ro)");
  }
  throw system_error(layers_ ? writing_.overlay_option + "=" + printable(writing_.directory) : writing_.writable_option,
                     "mount(overlay)",
                     "this takes Linux 5.11 and, for --container-overlay, a directory on a local file system");
}

void Skeleton::mount_written_directory() {
  if (mount(kImageName, kRootName, nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    throw system_error("container", "mount(root)");
  }
  const Fd root = open_directory(kRootName);
  for (size_t i = 0; i < covers_.size(); ++i) {
    const std::string source = std::string(kSkeletonName) + "/" + std::to_string(i);
    const Fd target = open_inside(root, covers_[i], O_PATH);
    if (!target || mount(source.c_str(), link_to(target).c_str(), nullptr, MS_BIND, nullptr) != 0) {
      throw system_error(printable(covers_[i]), "mount(bind)");
    }
  }
}

void Skeleton::mount_root() {
  switch (writing_.how) {
    case RootWriting::kOverlay: return mount_overlay();
    case RootWriting::kDirectory: return mount_written_directory();
    case RootWriting::kReadOnly: break;
  }
  if (layers_) return mount_overlay();
  add_entries_of(image_, skeleton_);
  constexpr unsigned long kFlags = MS_RDONLY | MS_NOSUID | MS_NODEV;
  if (mount(kSkeletonName, kRootName, nullptr, MS_BIND | MS_REC, nullptr) != 0 ||
      mount(nullptr, kRootName, nullptr, MS_REMOUNT | MS_BIND | kFlags, nullptr) != 0) {
    throw system_error("container", "mount(root)");
  }
}

}  // namespace slipway
