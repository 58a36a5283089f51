// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/fuse_watch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "helper/stage/image_mount.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/process/child.h"
#include "lib/process/identity.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

// A step whose ranks have had SIGKILL for longer than one tick is stuck. slurmstepd waits for UnkillableStepTimeout (60
// seconds by default) before it drains the node.
constexpr int kTickSeconds = 3;

bool has_ended(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == child;
}

bool is_dying(pid_t process) {
  const std::string status = text_of_file("/proc/" + std::to_string(process) + "/status");
  const std::string state = field_of(status, "State");
  if (state.empty() || state[0] == 'Z' || state[0] == 'X') return true;
  constexpr unsigned long long kKill = 1ull << (SIGKILL - 1);
  const auto pending = [&](const char* name) { return strtoull(field_of(status, name).c_str(), nullptr, 16) & kKill; };
  return pending("SigPnd") || pending("ShdPnd");
}

bool runs_in(pid_t process, const struct stat& mount_namespace) {
  struct stat theirs;
  return stat(("/proc/" + std::to_string(process) + "/ns/mnt").c_str(), &theirs) == 0 &&
         theirs.st_dev == mount_namespace.st_dev && theirs.st_ino == mount_namespace.st_ino;
}

// What is looked at between the two calls is what is killed, whoever has the number afterwards. Before Linux 5.3 there
// is no such descriptor.
bool kill_rank(pid_t rank, const struct stat& mount_namespace) {
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, rank, 0)));
  if (!process && errno != ENOSYS) return false;
  if (!runs_in(rank, mount_namespace) || is_dying(rank)) return false;
  if (!process) return kill(rank, SIGKILL) == 0;
  return syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0) == 0;
}

// Else its user reads "Killed" and no more. The rank's standard error may be anything of its user's, so the user opens
// it, and is not waited for.
void tell_rank(pid_t rank, const Request& request) try {
  constexpr int kPatience = 500;  // milliseconds
  // Without pidfds (before 5.3) a child that a file server holds cannot be left behind.
  if (!Fd(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)))) return;
  Child child([&](int) {
    become_user(request);
    const std::string path = "/proc/" + std::to_string(rank) + "/fd/2";
    const Fd errors(open(path.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    dprintf(errors.get(),
            "slipway: %s: a FUSE server of this step has ended, and its files are gone; its ranks there are killed\n",
            request.node.c_str());
  });
  child.answers_within(kPatience);
} catch (const Error&) {
  // The ranks are killed in any case.
}

void kill_ranks(const Fd& slurmstepd, const struct stat& mount_namespace, const Request& request) {
  bool killed = false;
  for (const pid_t child : children_of(slurmstepd).value_or(std::vector<pid_t>())) {
    if (!killed && runs_in(child, mount_namespace) && !is_dying(child)) tell_rank(child, request);
    killed |= kill_rank(child, mount_namespace);
  }
  if (!killed) return;
  alarm(10);  // as in helper/stage/audit.cc: a log daemon may take nothing
  openlog("slipway", LOG_PID, LOG_DAEMON);
  syslog(LOG_ERR, "job %u step %u: its FUSE server (%s) ended; its ranks were killed", request.job, request.step,
         request.settings.fuse_program.c_str());
}

// Whoever waits for an answer gets ENOTCONN. By fusectl, which may be mounted nowhere on this node.
void abort_connections(const std::list<FuseServer>& servers) {
  make_private_mount_namespace();
  if (mount("slipway", kWorkDirectory, "fusectl", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return;
  for (const FuseServer& server : servers) {
    const std::string path = std::string(kWorkDirectory) + "/" + std::to_string(server.connection()) + "/abort";
    const Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    (void)!write(file.get(), "1", 1);
  }
}

}  // namespace

void watch_fuse_servers(const std::list<FuseServer>& servers, const Rank& rank, const struct stat& mount_namespace,
                        const Request& request) {
  sigset_t child_ended;
  sigemptyset(&child_ended);
  sigaddset(&child_ended, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child_ended, nullptr);
  const Fd slurmstepd = directory_of(rank.slurmstepd);

  bool was_dying = false;
  const auto one_has_ended = [&] {
    return std::any_of(servers.begin(), servers.end(),
                       [](const FuseServer& server) { return has_ended(server.pid()); });
  };
  while (!one_has_ended()) {
    const timespec tick{kTickSeconds, 0};
    if (sigtimedwait(&child_ended, nullptr, &tick) >= 0) continue;
    const auto ranks = children_of(slurmstepd);
    // Without slurmstepd nobody kills the ranks, as without a container. The server sees by itself that the last is
    // gone when it runs.
    if (!ranks) {
      for (const FuseServer& server : servers) kill(server.pid(), SIGCONT);
    }
    const bool dying = ranks && std::all_of(ranks->begin(), ranks->end(), is_dying);
    if (dying && was_dying) return abort_connections(servers);
    was_dying = dying;
  }
  kill_ranks(slurmstepd, mount_namespace, request);
}

}  // namespace slipway
