#include "helper/rank.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "helper/error.h"
#include "helper/text_file.h"

namespace slipway {

namespace {

constexpr int kTick = 1000;  // ms

// The kernel's word for who sent it (unix(7), SCM_CREDENTIALS).
pid_t sender_of(msghdr& envelope) {
  const cmsghdr* const header = CMSG_FIRSTHDR(&envelope);
  if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS) return -1;
  ucred sender;
  memcpy(&sender, CMSG_DATA(header), sizeof sender);
  return sender.pid;
}

}  // namespace

void await_answer(int socket, const Patience& patience) {
  pollfd waits[] = {{socket, POLLIN, 0}, {patience.ranks, 0, 0}};  // an end of file is reported unasked
  int ready;
  do ready = poll(waits, 2, static_cast<int>(patience.seconds) * 1000);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) {
    throw Error("container", "it was not ready within " + std::to_string(patience.seconds) + " seconds",
                "ask the admin to look at this node's storage and name service (stage_timeout=)");
  }
  if (!waits[0].revents) throw Error("container", "the step ended before it was ready");
}

void expect_ranks(int socket) {
  const int on = 1;
  if (setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0) {
    throw system_error("container", "setsockopt(SO_PASSCRED)");
  }
}

// Any process of the step's user can have the ranks' socket (pidfd_getfd(2), from a rank that waits), and say what a
// rank says: also an orphan, whose parent is root's as well. And it may hold the socket for longer than the step lives,
// and write to it without end.
std::optional<Rank> await_rank(int socket, pid_t slurmstepd) {
  for (;;) {
    if (kill(slurmstepd, 0) != 0) return std::nullopt;
    pollfd wait{socket, POLLIN, 0};
    const int ready = poll(&wait, 1, kTick);
    if (ready <= 0) continue;
    char hello;
    iovec part{&hello, sizeof hello};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
    msghdr envelope{};
    envelope.msg_iov = &part;
    envelope.msg_iovlen = 1;
    envelope.msg_control = control;
    envelope.msg_controllen = sizeof control;
    const ssize_t size = recvmsg(socket, &envelope, MSG_CMSG_CLOEXEC);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    const Rank rank{sender_of(envelope), slurmstepd};
    if (is_alive(rank)) return rank;
  }
}

bool is_alive(const Rank& rank) {
  const std::string status = text_of_file("/proc/" + std::to_string(rank.pid) + "/status");
  return field_of(status, "PPid") == std::to_string(rank.slurmstepd);
}

}  // namespace slipway
