// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/channel.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/base/error.h"

namespace slipway {

namespace {

// Space for descriptors beside a datagram, aligned as CMSG_FIRSTHDR wants it.
union Control {
  cmsghdr header;
  char bytes[CMSG_SPACE(kMaxDescriptors * sizeof(int))];
};

}  // namespace

std::vector<int> numbers_of(std::span<const Fd> descriptors) {
  std::vector<int> numbers;
  for (const Fd& fd : descriptors) numbers.push_back(fd.get());
  return numbers;
}

SocketPair socket_pair() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
    throw system_error("container", "socketpair");
  }
  return {Fd(pair[0]), Fd(pair[1])};
}

bool send_datagram(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors) {
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  Control control{};
  msghdr envelope{};
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  if (!descriptors.empty()) {
    envelope.msg_control = &control;
    envelope.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* rights = CMSG_FIRSTHDR(&envelope);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size_bytes());
  }
  return sendmsg(socket, &envelope, MSG_DONTWAIT | MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

Datagram receive_datagram(int socket, std::span<std::byte> buffer, Receive how) {
  iovec part{buffer.data(), buffer.size()};
  Control control{};
  msghdr envelope{};
  envelope.msg_iov = &part;
  envelope.msg_iovlen = 1;
  envelope.msg_control = &control;
  envelope.msg_controllen = sizeof control;
  ssize_t size;
  do size = recvmsg(socket, &envelope, (how == Receive::kPeek ? MSG_PEEK : 0) | MSG_CMSG_CLOEXEC);
  while (size < 0 && errno == EINTR);

  Datagram datagram;
  datagram.size = std::max<ssize_t>(size, 0);
  if (size <= 0) return datagram;
  for (cmsghdr* header = CMSG_FIRSTHDR(&envelope); header; header = CMSG_NXTHDR(&envelope, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(header) + i * sizeof descriptor, sizeof descriptor);
      datagram.descriptors.emplace_back(descriptor);
    }
  }
  return datagram;
}

}  // namespace slipway
