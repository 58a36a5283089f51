#include "helper/image_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "helper/error.h"
#include "helper/identity.h"
#include "helper/image_mount.h"
#include "helper/kernel.h"
#include "helper/prefetch.h"
#include "helper/trust.h"

namespace slipway {

namespace {

struct Prefetched {
  char done = 1;
};

Error cannot_open(const std::string& name, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Error(name, "no such image on this node", "check the path, and that this node sees its file system");
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
  if (!fd) throw cannot_open(printable(path), errno);
  return fd;
}

void refuse_other_kinds(int fd, const std::string& name) {
  struct stat status;
  if (fstat(fd, &status) != 0) throw system_error(name, "fstat");
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    throw Error(name, "is neither a file nor a directory", "name a SIF image, a squashfs file or a directory");
  }
}

void read_image(const Request& request, int socket) {
  become_user(request);
  const std::string name = printable(request.image);
  if (request.image.empty() || request.image[0] != '/') {
    throw Error("--container=" + name, "is not an absolute path", "give the image's whole path");
  }
  {
    const Fd fd = open_image(request.image);
    refuse_other_kinds(fd.get(), name);
    const RootPartition root = root_partition(fd.get(), name);
    const int descriptor = fd.get();
    answer(socket, bytes_of(root), std::span(&descriptor, 1));
  }
  wait_for_go(socket);
  prefetch_program(request.command, request.cwd);
  answer(socket, bytes_of(Prefetched{}));
}

}  // namespace

ImageReader::ImageReader(const Request& request)
    : request_(request), child_([&](int socket) { read_image(request, socket); }) {}

OpenedImage ImageReader::open() {
  OpenedImage image;
  image.fd = std::move(child_.receive(writable_bytes_of(image.root), 1)[0]);
  const std::string name = printable(request_.image);
  if (!is_hidden_from_root(image.fd.get())) refuse_other_kinds(image.fd.get(), name);
  if (!is_on_own_mount(image.fd.get())) {
    throw Error(name, "lies on a mount that is not this node's own",
                "name the image by a path that every process sees");
  }
  return image;
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
