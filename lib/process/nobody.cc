// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/nobody.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "lib/base/error.h"
#include "lib/kernel/pipe.h"
#include "lib/process/privileges.h"
#include "lib/process/replaced.h"

namespace slipway {

namespace {

constexpr rlim_t kMostMemory = 512 << 20;

void run(std::vector<std::string> words, int socket) {
  // First: an Error does not reach a parent whose datagram was left unread (unix(7), ECONNRESET).
  Go go;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(go));
  if (datagram.size != sizeof go || datagram.descriptors.size() != 1) return;
  if (geteuid() == 0) become_nobody(getppid());
  fcntl(socket, F_SETFD, FD_CLOEXEC);
  const Fd nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nowhere || dup2(nowhere.get(), STDIN_FILENO) < 0 || dup2(nowhere.get(), STDERR_FILENO) < 0 ||
      dup2(datagram.descriptors[0].get(), STDOUT_FILENO) < 0) {
    throw system_error("container", "dup2");
  }
  limit_resources(kMostMemory);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  char* const environment[] = {nullptr};
  execve(arguments[0], arguments.data(), environment);
  if (errno == ENOENT) execve(replaced_path(words[0]).c_str(), arguments.data(), environment);
  throw system_error(words[0], "execve");
}

}  // namespace

void become_nobody(pid_t parent) {
  if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0 ||
      setresuid(kNobody, kNobody, kNobody) != 0) {
    throw system_error("container", "setresuid");
  }
  must(become_undumpable());
  die_with_parent(parent);
}

void limit_resources(rlim_t memory) {
  const rlimit most{memory, memory}, none{0, 0};
  if (setrlimit(RLIMIT_AS, &most) != 0 || setrlimit(RLIMIT_FSIZE, &none) != 0 ||
      setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    throw system_error("container", "setrlimit");
  }
}

NobodysProgram::NobodysProgram(const std::vector<std::string>& words) {
  Pipe pipe = make_pipe();
  child_.emplace([&](int socket) { run(words, socket); });
  const int descriptor = pipe.write.get();
  child_->send(bytes_of(Go{}), std::span(&descriptor, 1));
  output_ = std::move(pipe.read);
}

std::optional<std::string> NobodysProgram::output(size_t most, int milliseconds) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::milliseconds(milliseconds);
  std::string text;
  char part[1 << 16];
  for (ssize_t size = 1; size != 0;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd wait{output_.get(), POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    size = ready > 0 ? read(output_.get(), part, sizeof part) : -1;
    if (size > 0) text.append(part, size);
    const bool has_failed = ready == 0 || (size < 0 && errno != EINTR) || text.size() > most;
    if (has_failed) {
      child_.reset();
      return std::nullopt;
    }
  }
  if (child_->wait() != 0) return std::nullopt;
  return text;
}

}  // namespace slipway
