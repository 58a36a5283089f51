// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/arrival.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

constexpr char kWhat[] = "container";

// Space for the descriptors beside the message, aligned as CMSG_FIRSTHDR wants it.
union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(kMostWireDescriptors * sizeof(int))];
};

bool wait_for_message(int socket, int timeout_ms) {
  pollfd wait{socket, POLLIN, 0};
  int ready;
  do ready = poll(&wait, 1, timeout_ms);
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

// A FUSE server becomes a member of the step where this rank is one. Nobody listens where there is no server.
void say_hello(int hello) {
  constexpr uint64_t kOne = 1;
  (void)!write(hello, &kOne, sizeof kOne);
}

Arrival await_container(int socket, int timeout_ms) {
  if (!wait_for_message(socket, timeout_ms)) {
    fail(kExitRefused, kWhat, "slipway-stage did not answer in time",
         "ask the admin to look at this node's load and storage");
  }
  static Wire wire;
  Control control{};
  iovec part{&wire, sizeof wire};
  msghdr envelope{};
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  envelope.msg_control = &control;
  envelope.msg_controllen = sizeof control;
  ssize_t size;
  do size = recvmsg(socket, &envelope, MSG_PEEK | MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);

  if (size <= 0) {
    fail(kExitRefused, kWhat, "slipway-stage ended without an answer",
         "ask the admin to look at this node's memory and logs");
  }
  if (size != sizeof wire || strncmp(wire.release, PACKAGE_VERSION, sizeof wire.release) != 0) {
    fail(kExitRefused, kWhat, "slipway's plugin and helpers are of different releases",
         "ask the admin to finish the upgrade");
  }
  wire.sentence[sizeof wire.sentence - 1] = '\0';
  if (wire.exit_code != 0) fail_reported(wire.exit_code, wire.sentence);
  Arrival arrival;
  arrival.unshared = wire.unshared;
  arrival.has_gpus = wire.has_gpus;
  arrival.count = wire_descriptors(wire.unshared, wire.has_gpus);
  const size_t bytes = arrival.count * sizeof(int);
  const cmsghdr* const rights = CMSG_FIRSTHDR(&envelope);
  if (!rights || rights->cmsg_type != SCM_RIGHTS || rights->cmsg_len != CMSG_LEN(bytes)) {
    fail(kExitRefused, kWhat, "its descriptors could not be received", "raise the limit on open files (ulimit -n)");
  }
  memcpy(arrival.descriptors, CMSG_DATA(rights), bytes);
  if (wire.sentence[0]) tell_of_node(wire.sentence);
  return arrival;
}

}  // namespace slipway
