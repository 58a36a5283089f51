#include "helper/image_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "helper/close_miss.h"
#include "helper/error.h"
#include "helper/identity.h"
#include "helper/image_mount.h"
#include "helper/kernel.h"
#include "helper/layout.h"
#include "helper/open_inside.h"
#include "helper/options.h"
#include "helper/prefetch.h"
#include "helper/terms.h"
#include "helper/trust.h"

namespace slipway {

namespace {

struct Prefetched {
  char done = 1;
};

// The reader's answers: one with the image, then one with each data image.
struct RootAnswer {
  RootPartition root;
  uint32_t data_images = 0;
  bool writes_directory = false;
};
struct DataAnswer {
  RootPartition root;
  uint32_t word = 0;
};

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

void refuse_other_kinds(int fd, const std::string& name) {
  struct stat status;
  if (fstat(fd, &status) != 0) throw system_error(name, "fstat");
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    throw Error(name, "is neither a file nor a directory", "name a SIF image, a squashfs file or a directory");
  }
}

// The regular file at `path`; nothing where it is something else, or cannot be opened. Opened only when that is known:
// opening a device can do something.
Fd open_file(const std::string& path) {
  const Fd found(::open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat status;
  if (!found || fstat(found.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  return Fd(::open(link_to(found).c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

std::vector<DataImage> open_data_images(const Request& request, const std::vector<MountWord>& words) {
  std::vector<DataImage> images;
  for (size_t i = 0; i < words.size(); ++i) {
    const MountWord& word = words[i];
    if (!may_be_data_image(word)) continue;
    const std::string name = printable(word.source);
    Fd fd = open_file(word.source);
    const auto partition = fd ? data_partition(fd.get(), name) : std::nullopt;
    if (!partition) continue;
    const std::string denial = denial_of(real_path(fd.get()), request.settings);
    if (!denial.empty()) throw Error(name, denial, "leave it out, or ask the admin");
    if (images.size() == kMostDataImages) {
      throw Error("--container-mounts", "names more than " + std::to_string(kMostDataImages) + " images",
                  "put several of them into one");
    }
    DataImage image;
    image.image.fd = std::move(fd);
    image.image.root = *partition;
    image.word = i;
    images.push_back(std::move(image));
  }
  return images;
}

void open_images(const Request& request, int socket) {
  const std::string name = printable(request.image);
  if (request.image.empty() || request.image[0] != '/') {
    throw Error("--container=" + name, "is not an absolute path", "give the image's whole path");
  }
  const Fd fd = open_image(request.image);
  refuse_other_kinds(fd.get(), name);
  const Terms terms = terms_of(read_options(request.options), request.settings);
  const std::vector<DataImage> data = open_data_images(request, terms.options.mounts);
  RootAnswer root;
  root.root = root_partition(fd.get(), name);
  root.data_images = data.size();
  root.writes_directory = terms.writing == Terms::Writing::kDirectory;
  const int descriptor = fd.get();
  answer(socket, bytes_of(root), std::span(&descriptor, 1));
  for (const DataImage& each : data) {
    const int data_descriptor = each.image.fd.get();
    answer(socket, bytes_of(DataAnswer{each.image.root, each.word}), std::span(&data_descriptor, 1));
  }
}

void read_image(const Request& request, int socket) {
  become_user(request);
  open_images(request, socket);
  wait_for_go(socket);
  prefetch_program(request.command, request.cwd);
  answer(socket, bytes_of(Prefetched{}));
}

}  // namespace

ImageReader::ImageReader(const Request& request)
    : request_(request), child_([&](int socket) { read_image(request, socket); }) {}

OpenedImages ImageReader::open() {
  OpenedImages images;
  RootAnswer root;
  images.root.fd = std::move(child_.receive(writable_bytes_of(root), 1)[0]);
  images.root.root = root.root;
  images.root.name = printable(request_.image);
  images.writes_directory = root.writes_directory;
  check(images.root);
  for (uint32_t i = 0; i < std::min<uint32_t>(root.data_images, kMostDataImages); ++i) {
    DataImage data;
    DataAnswer described;
    data.image.fd = std::move(child_.receive(writable_bytes_of(described), 1)[0]);
    data.image.root = described.root;
    data.image.name = printable(real_path(data.image.fd.get()));
    data.word = described.word;
    check(data.image);
    images.data.push_back(std::move(data));
  }
  return images;
}

void ImageReader::check(OpenedImage& image) const {
  if (!is_hidden_from_root(image.fd.get())) refuse_other_kinds(image.fd.get(), image.name);
  if (!is_on_own_mount(image.fd.get())) {
    throw Error(image.name, "lies on a mount that is not this node's own",
                "name the image by a path that every process sees");
  }
}

void ImageReader::start_prefetch() { child_.signal_go(); }

void ImageReader::wait_for_prefetch(int milliseconds) { child_.answers_within(milliseconds); }

void ImageReader::finish_prefetch() {
  try {
    Prefetched prefetched;
    child_.receive(writable_bytes_of(prefetched), 0);
  } catch (const Error&) {
    // The ranks will read for themselves.
  }
}

}  // namespace slipway
