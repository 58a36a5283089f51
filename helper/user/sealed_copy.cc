// SPDX-License-Identifier: BSD-3-Clause
#include "helper/user/sealed_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "lib/base/error.h"
#include "lib/kernel/fuse_file.h"
#include "lib/kernel/memory_file.h"
#include "lib/process/child.h"
#include "lib/process/identity.h"
#include "lib/process/step_member.h"

namespace slipway {

namespace {

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

struct Copied {
  char done = 1;
};

Error too_large(const Request& request, uint64_t most) {
  return Error(printable(request.image),
               "must be copied, since it can be written, and is larger than the " + std::to_string(most >> 20) +
                   " MiB that a copy may have here (sealed_size=" + request.settings.sealed_size + ")",
               "ask the admin to install it, or to raise sealed_size=");
}

Fd copy_of_open(const Request& request, int image, uint64_t most) {
  Fd copy = memory_file("slipway-image");
  if (!copy) throw system_error(printable(request.image), "memfd_create");
  struct stat status;
  if (fstat(image, &status) != 0) throw system_error(printable(request.image), "fstat");
  if (static_cast<uint64_t>(status.st_size) > most) throw too_large(request, most);
  // The file can grow meanwhile.
  off_t offset = 0;
  for (ssize_t size; (size = sendfile(copy.get(), image, &offset, 1 << 24)) != 0;) {
    if (size < 0) {
      throw system_error(printable(request.image), "sendfile", "check that it can be read, and this node's memory");
    }
    if (static_cast<uint64_t>(offset) > most) throw too_large(request, most);
  }
  return copy;
}

// The body of a process that is the user, where the step's ranks are.
void copy_image(const Request& request, int socket) {
  become_user(request);
  SealOrder order;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(order));  // a member of the step from now on
  if (datagram.size != sizeof order || datagram.descriptors.size() != 1) return;
  const Fd image = opened_for_reading(datagram.descriptors[0].get(), printable(request.image));
  const Fd copy = copy_of_open(request, image.get(), order.most);
  const int descriptor = copy.get();
  answer(socket, bytes_of(Copied{}), std::span(&descriptor, 1));
}

}  // namespace

Fd copy_of(const Request& request, int image, const SealOrder& order, const Rank& rank, const Patience& patience) {
  Child child([&](int socket) { copy_image(request, socket); });
  make_step_member(child.pid(), rank);
  child.send(bytes_of(order), std::span(&image, 1));
  Copied copied;
  return std::move(child.receive(writable_bytes_of(copied), 1, patience)[0]);
}

Fd sealed(const Fd& copy) {
  if (fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0 || (fcntl(copy.get(), F_GET_SEALS) & kSeals) != kSeals) {
    throw system_error("container", "seal(copy of the image)");
  }
  Fd reader(open(("/proc/self/fd/" + std::to_string(copy.get())).c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader) throw system_error("container", "open(copy of the image)");
  return reader;
}

}  // namespace slipway
