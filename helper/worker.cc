#include "helper/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "enter/descriptors.h"
#include "helper/channel.h"
#include "helper/child.h"
#include "helper/container.h"
#include "helper/error.h"
#include "helper/message.h"

namespace slipway {

namespace {

void work(const Request& request, int answer, pid_t watcher) {
  try {
    die_with_parent(watcher);  // and this process's children die with it
    if (!close_descriptors_from(STDERR_FILENO + 1, &answer, 1)) throw system_error("container", "close_range");
    make_container(request, answer);
  } catch (const Error& error) {
    send_failure(answer, {error.what(), error.exit_code()});
  } catch (const std::exception& error) {
    send_failure(answer, {std::string("container: ") + error.what(), kExitRefused});
  }
}

bool readable_within(int fd, unsigned seconds) {
  pollfd wait{fd, POLLIN, 0};
  int ready;
  do ready = poll(&wait, 1, static_cast<int>(seconds) * 1000);
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

Worker::Worker(const Request& request) {
  SocketPair pair = socket_pair();
  const pid_t watcher = getpid();
  pid_ = fork();
  if (pid_ < 0) throw system_error("container", "fork");
  if (pid_ == 0) {
    work(request, pair.theirs.get(), watcher);
    _exit(0);
  }
  answer_ = std::move(pair.ours);
}

Worker::~Worker() {
  if (pid_ > 0) kill(pid_, SIGKILL);
}

void Worker::deliver(int ranks, unsigned seconds) {
  if (!readable_within(answer_.get(), seconds)) {
    send_failure(ranks, {"container: it was not ready within " + std::to_string(seconds) +
                             " seconds; ask the admin to look at this node's storage and name service (stage_timeout=)",
                         kExitRefused});
    return;
  }
  Wire wire{};
  const Datagram answer = receive_datagram(answer_.get(), writable_bytes_of(wire));
  if (answer.size == 0) {
    send_failure(ranks,
                 {"container: slipway-stage was killed; try again, and ask the admin to look at this node's memory",
                  kExitRefused});
    return;
  }
  std::vector<int> descriptors;
  for (const Fd& fd : answer.descriptors) descriptors.push_back(fd.get());
  send_datagram(ranks, bytes_of(wire), descriptors);
  // It may go on to warm the page cache.
  if (readable_within(answer_.get(), seconds) && waitpid(pid_, nullptr, 0) == pid_) pid_ = -1;
}

}  // namespace slipway
