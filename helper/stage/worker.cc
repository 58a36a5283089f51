// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "helper/stage/audit.h"
#include "helper/stage/container.h"
#include "helper/stage/fuse_server.h"
#include "helper/stage/fuse_watch.h"
#include "helper/user/image_environment.h"
#include "helper/user/init_process.h"
#include "helper/user/sealed_copy.h"
#include "lib/base/error.h"
#include "lib/kernel/channel.h"
#include "lib/options/image_choice.h"
#include "lib/process/child.h"
#include "lib/process/descriptors.h"
#include "lib/process/rank.h"
#include "lib/protocol/message.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

void work(const Request& request, const Timeline& timeline, int answer, pid_t watcher) {
  try {
    die_with_parent(watcher);  // and this process's children die with it
    if (!close_descriptors_from(STDERR_FILENO + 1, &answer, 1)) throw system_error("container", "close_range");
    make_container(request, timeline, answer);
  } catch (const Error& error) {
    send_failure(answer, {with_choice(error, request.chosen_by).what(), error.exit_code()});
    if (is_delivered(answer)) audit_refusal(request, error.what());
  } catch (const std::exception& error) {
    send_failure(answer, {std::string("container: ") + error.what(), kExitRefused});
  }
}

// An order is known by its size.
static_assert(sizeof(SealOrder) != sizeof(FuseOrder) && sizeof(SealOrder) != sizeof(EnvironmentOrder) &&
              sizeof(FuseOrder) != sizeof(EnvironmentOrder));

Error no_proper_answer() { return Error("container", "a process of slipway-stage gave no proper answer"); }

// Takes the descriptors: once it returns, the device is the server's alone, and its end is the mount's.
void start_server(FuseServer& server, const FuseOrder& order, std::vector<Fd> opened, const Rank& rank,
                  const Patience& patience) {
  if (opened.size() != 2) throw no_proper_answer();
  const int descriptors[] = {opened[0].get(), opened[1].get()};
  server.start(order, descriptors, rank, patience);
}

// The worker's container has no process yet, and so no pid namespace.
size_t worker_descriptors(const Wire& wire) {
  return wire_descriptors(wire.unshared & ~unsigned{CLONE_NEWPID}, wire.has_gpus);
}

// Takes them away from there.
std::vector<Fd> last_of(std::vector<Fd>& descriptors, size_t count) {
  const auto first = descriptors.end() - count;
  std::vector<Fd> last(std::make_move_iterator(first), std::make_move_iterator(descriptors.end()));
  descriptors.erase(first, descriptors.end());
  return last;
}

// Behind the other namespaces, as lib/protocol/wire.h has it.
void add_init_process(std::vector<Fd>& container, const Request& request, const Rank& rank, const Patience& patience) {
  const auto namespaces = std::span<const Fd>(container).subspan(kWireUserNamespace);
  InitProcess init = start_init_process(request, rank, namespaces, patience);
  container.push_back(std::move(init.pid_namespace));
  container.push_back(std::move(init.lifeline));
}

}  // namespace

bool is_delivered(int answer) {
  Go go;
  return receive_datagram(answer, writable_bytes_of(go)).size == sizeof go;
}

Worker::Worker(const Request& request, const Timeline& timeline) : request_(request) {
  SocketPair pair = socket_pair();
  const pid_t watcher = getpid();
  pid_ = fork();
  if (pid_ < 0) throw system_error("container", "fork");
  if (pid_ == 0) {
    pair.ours.reset();  // else it would itself keep what it waits for the end of
    work(request, timeline, pair.theirs.get(), watcher);
    _exit(0);
  }
  answer_ = std::move(pair.ours);
}

Worker::~Worker() {
  if (pid_ > 0) kill(pid_, SIGKILL);
}

Datagram Worker::receive(Wire& wire, const Patience& patience) {
  await_answer(answer_.get(), patience);
  Datagram datagram = receive_datagram(answer_.get(), writable_bytes_of(wire));
  if (datagram.size == 0) {
    throw Error("container", "slipway-stage was killed", "try again, and ask the admin to look at this node's memory");
  }
  return datagram;
}

void Worker::deliver(Fd& ranks, const Hellos& hellos, std::optional<Rank> rank, Timeline timeline) {
  const Patience patience{request_.settings.stage_timeout_seconds, ranks.get()};
  Wire wire{};
  Datagram answer = receive(wire, patience);
  std::list<FuseServer> servers;
  const auto meet_rank = [&] {
    if (rank) return true;
    timeline.skip();
    rank = await_rank(hellos);
    timeline.phase("a rank awaited");
    return rank.has_value();
  };
  if (answer.size == sizeof(SealOrder)) {
    if (answer.descriptors.size() != 1) throw no_proper_answer();
    if (!meet_rank()) return;
    SealOrder order;
    memcpy(&order, &wire, sizeof order);
    const Fd copy = copy_of(request_, answer.descriptors[0].get(), order, *rank, patience);
    const int descriptor = copy.get();
    if (!send_datagram(answer_.get(), bytes_of(Go{}), std::span(&descriptor, 1))) throw no_proper_answer();
    answer = receive(wire, patience);
  }
  while (answer.size == sizeof(FuseOrder)) {
    servers.emplace_back(request_);
    if (!meet_rank()) return;
    timeline.skip();
    FuseOrder order;
    memcpy(&order, &wire, sizeof order);
    start_server(servers.back(), order, std::move(answer.descriptors), *rank, patience);
    timeline.phase("FUSE server started");
    answer = receive(wire, patience);
  }
  const bool has_scripts = answer.size == sizeof(EnvironmentOrder);
  if (has_scripts) answer = receive(wire, patience);
  const bool is_container = wire.exit_code == 0;
  if (is_container && answer.descriptors.size() != worker_descriptors(wire)) throw no_proper_answer();
  std::vector<Fd> gpus;
  if (is_container && wire.has_gpus) gpus = last_of(answer.descriptors, kGpuDescriptors);
  const bool has_init = wire.unshared & CLONE_NEWPID;
  if (is_container && (has_init || has_scripts)) {
    if (!meet_rank()) return;
    timeline.skip();
    if (has_init) {
      add_init_process(answer.descriptors, request_, *rank, patience);
      timeline.phase("init started");
    }
    if (has_scripts) {
      answer.descriptors[kWirePlan] =
          add_image_environment(request_, *rank, wire.unshared, answer.descriptors, patience);
      timeline.phase("image's scripts");
    }
  }

  std::move(gpus.begin(), gpus.end(), std::back_inserter(answer.descriptors));

  if (request_.is_verbose && is_container) {
    timeline.whole("delivered after");
    set_sentence(wire, wire.sentence + (", " + timeline.text()));
  }
  send_datagram(ranks.get(), bytes_of(wire), numbers_of(answer.descriptors));
  ranks.reset();
  send_datagram(answer_.get(), bytes_of(Go{}));
  struct stat mount_namespace {};
  if (is_container) fstat(answer.descriptors[kWireMountNamespace].get(), &mount_namespace);
  answer.descriptors.clear();  // else this process would keep the container

  // It may go on to warm the page cache and to log, but not for ever: its child, the user's half, keeps the container.
  pollfd end{answer_.get(), POLLIN, 0};
  if (poll(&end, 1, static_cast<int>(patience.seconds) * 1000) > 0 && waitpid(pid_, nullptr, 0) == pid_) pid_ = -1;
  else kill(pid_, SIGKILL);
  if (!servers.empty() && is_container) watch_fuse_servers(servers, *rank, mount_namespace, request_);
}

}  // namespace slipway
