// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/open_images.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "lib/base/close_miss.h"
#include "lib/base/error.h"
#include "lib/kernel/kernel.h"
#include "lib/kernel/open_inside.h"
#include "lib/kernel/opened_file.h"
#include "lib/options/host_policy.h"

namespace slipway {

namespace {

Error no_such_image(const std::string& path) {
  const std::string close = closest_path(path);
  return Error(printable(path), "no such image on this node",
               close.empty() ? "check the path, and that this node sees its file system"
                             : "did you mean " + printable(close) + "?");
}

Error cannot_open(const std::string& path, int error) {
  const std::string name = printable(path);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return no_such_image(path);
    case EACCES:
    case EPERM:
      return Error(name, "image is not readable by you",
                   "ask its owner for read permission on it and on the directories above it");
    case ELOOP:
      return Error(name, "image path leads through /proc or too many links", "name the file itself");
    default:
      return Error(name, std::string("image cannot be opened: ") + strerror(error));
  }
}

// O_NONBLOCK: a FIFO or device must not hold us up before fstat tells what it is.
Fd open_image(const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  Fd fd(kernel::openat2(AT_FDCWD, path.c_str(), kFlags, kernel::kResolveNoMagicLinks));
  // Before 5.6 there is no openat2. What a magic link led to is refused by is_on_own_mount there.
  if (!fd && errno == ENOSYS) fd.reset(::open(path.c_str(), kFlags));
  if (!fd) throw cannot_open(path, errno);
  return fd;
}

// Why there is no file that its user can read is for who binds it to say. Throws Error where it may be an image all the
// same: it must not be shown as a file.
Fd no_file(const std::string& path) {
  switch (errno) {
    case ENOENT:
    case ENOTDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case ENAMETOOLONG:
      return {};
    default:
      throw system_error(printable(path), "open");
  }
}

// The regular file at `path`; nothing where it is something else. Opened only when that is known: opening a device can
// do something.
Fd open_file(const std::string& path) {
  Fd found(kernel::openat2(AT_FDCWD, path.c_str(), O_PATH | O_CLOEXEC, kernel::kResolveNoMagicLinks));
  if (!found && errno == ENOSYS) found.reset(::open(path.c_str(), O_PATH | O_CLOEXEC));  // as in open_image
  struct stat status;
  if (!found || fstat(found.get(), &status) != 0) return no_file(path);
  if (!S_ISREG(status.st_mode)) return {};
  Fd file(::open(link_to(found).c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  return file ? std::move(file) : no_file(path);
}

}  // namespace

OpenedImage open_root_image(const Request& request) {
  OpenedImage image;
  image.name = printable(request.image);
  if (request.image.empty() || request.image[0] != '/') {
    throw Error(source_of(request.options, kImage) + "=" + image.name, "is not an absolute path",
                "give the image's whole path");
  }
  image.fd = open_image(request.image);
  refuse_other_kinds(image.fd.get(), image.name);
  image.root = root_partition(image.fd.get(), image.name);
  return image;
}

std::vector<DataImage> open_data_images(const Request& request, const std::vector<MountWord>& words) {
  std::vector<DataImage> images;
  std::optional<HostPolicy> policy;
  for (size_t i = 0; i < words.size(); ++i) {
    const MountWord& word = words[i];
    if (!may_be_data_image(word)) continue;
    const std::string name = printable(word.source);
    Fd fd = open_file(word.source);
    const auto partition = fd ? data_partition(fd.get(), name) : std::nullopt;
    if (!partition) continue;
    // Its file is not shown: it may be one in a home that is not shown either.
    if (!policy) policy.emplace(request.settings, "/");
    policy->refuse_denied(fd.get(), name, AskedFor::kByName);
    if (images.size() == kMostDataImages) {
      throw Error(source_of(request.options, "mounts"),
                  "names more than " + std::to_string(kMostDataImages) + " images", "put several of them into one");
    }
    DataImage image;
    image.image.name = name;
    image.image.fd = std::move(fd);
    image.image.root = *partition;
    image.word = i;
    images.push_back(std::move(image));
  }
  return images;
}

void refuse_other_kinds(int fd, const std::string& name) {
  struct statx status;
  if (!known_status(fd, status)) throw system_error(name, "statx");
  if (!S_ISREG(status.stx_mode) && !S_ISDIR(status.stx_mode)) {
    throw Error(name, "is neither a file nor a directory",
                "name a SIF image, a squashfs or EROFS file, or a directory");
  }
}

}  // namespace slipway
