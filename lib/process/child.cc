// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "lib/kernel/kernel.h"
#include "lib/process/descriptors.h"

namespace slipway {

namespace {

constexpr int kDeath = 100;      // ms between looks at a process that is killed
constexpr int kChildSocket = 3;  // the child's one descriptor besides 0, 1 and 2

// Datagrams of a child: `ok` with the payload behind it, or an Error's text.
struct Envelope {
  int exit_code = 0;  // 0: a payload follows
  char bytes[4096] = {};
};

void send_error(int socket, const Error& error) {
  Envelope envelope;
  envelope.exit_code = error.exit_code();
  strncpy(envelope.bytes, error.what(), sizeof envelope.bytes - 1);
  send_datagram(socket, bytes_of(envelope));
}

void throw_error_in(const Envelope& envelope, size_t size) {
  if (size != sizeof envelope || envelope.exit_code == 0) return;
  throw Error::reported({envelope.bytes, strnlen(envelope.bytes, sizeof envelope.bytes)}, envelope.exit_code);
}

[[noreturn]] void run(const std::function<void(int)>& body, int socket, pid_t parent) {
  int status = 0;
  try {
    die_with_parent(parent);
    if (dup2(socket, kChildSocket) < 0) throw system_error("container", "dup2");
    if (!close_descriptors_from(kChildSocket + 1)) throw system_error("container", "close_range");
    body(kChildSocket);
  } catch (const Error& error) {
    send_error(kChildSocket, error);
    status = 1;
  } catch (const std::exception& error) {
    send_error(kChildSocket, Error("container", error.what()));
    status = 1;
  }
  _exit(status);
}

// As who waits for a file server of the user's.
bool is_beyond_signals(pid_t process) {
  return field_of(text_of_file("/proc/" + std::to_string(process) + "/status"), "State").starts_with("D");
}

}  // namespace

Child::Child(const std::function<void(int socket)>& body) {
  SocketPair pair = socket_pair();
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) throw system_error("container", "fork");
  if (pid_ == 0) run(body, pair.theirs.get(), parent);
  socket_ = std::move(pair.ours);
}

Child::~Child() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  // One that only gets no CPU is waited for. Before Linux 5.3 all are.
  const Fd end(kernel::pidfd_open(pid_));
  pollfd wait{end.get(), POLLIN, 0};
  while (end && poll(&wait, 1, kDeath) == 0) {
    if (is_beyond_signals(pid_)) return;
  }
  waitpid(pid_, nullptr, 0);
}

std::vector<Fd> Child::receive(std::span<std::byte> buffer, size_t descriptors) {
  Envelope envelope;
  Datagram datagram = receive_datagram(socket_.get(), writable_bytes_of(envelope));
  if (datagram.size == 0) {
    throw Error("container", "a process of slipway-stage was killed",
                "try again; if it stays so, ask the admin to look at this node's memory and logs");
  }
  throw_error_in(envelope, datagram.size);
  if (datagram.size != sizeof envelope.exit_code + buffer.size() || datagram.descriptors.size() != descriptors) {
    throw Error("container", "a process of slipway-stage gave no proper answer",
                "raise the limit on open files (ulimit -n)");
  }
  memcpy(buffer.data(), envelope.bytes, buffer.size());
  return std::move(datagram.descriptors);
}

std::vector<Fd> Child::receive(std::span<std::byte> buffer, size_t descriptors, const Patience& patience) {
  await_answer(socket_.get(), patience);
  return receive(buffer, descriptors);
}

int Child::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Child::answers_within(int milliseconds) {
  pollfd wait{socket_.get(), POLLIN, 0};
  return poll(&wait, 1, milliseconds) > 0;
}

void Child::send(std::span<const std::byte> bytes, std::span<const int> descriptors) {
  if (send_datagram(socket_.get(), bytes, descriptors)) return;
  const int error = errno;
  if (error == EPIPE) wait_for_exec();  // throws what the child said before it ended
  errno = error;
  throw system_error("container", "sendmsg");
}

void Child::wait_for_exec() {
  Envelope envelope;
  throw_error_in(envelope, receive_datagram(socket_.get(), writable_bytes_of(envelope)).size);
}

void Child::signal_go() { send(bytes_of(Go{})); }

void die_with_parent(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) throw system_error("container", "prctl(PR_SET_PDEATHSIG)");
  // It may have died before we asked to be told.
  if (getppid() != parent) throw Error("container", "slipway-stage ended early");
}

void wait_for_go(int socket) {
  Go go;
  receive_order(socket, writable_bytes_of(go));
}

void receive_order(int socket, std::span<std::byte> order) {
  if (receive_datagram(socket, order).size != order.size()) throw Error("container", "slipway-stage ended early");
}

void answer(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors) {
  Envelope envelope;
  memcpy(envelope.bytes, bytes.data(), bytes.size());
  const auto whole = bytes_of(envelope).first(sizeof envelope.exit_code + bytes.size());
  if (!send_datagram(socket, whole, descriptors)) throw system_error("container", "sendmsg");
}

}  // namespace slipway
