// SPDX-License-Identifier: BSD-3-Clause
#include "helper/user/init_process.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/error.h"
#include "lib/kernel/pipe.h"
#include "lib/process/child.h"
#include "lib/process/descriptors.h"
#include "lib/process/identity.h"
#include "lib/process/join.h"
#include "lib/process/privileges.h"
#include "lib/process/step_member.h"
#include "lib/process/unshare.h"

namespace slipway {

namespace {

struct Started {
  char done = 1;
};

// Deaf to what users and Slurm send: it ends by itself. The kernel reaps the children of one who ignores their ends
// (wait(2)).
void ignore_signals() {
  signal(SIGCHLD, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

// Only a process of the namespace can mount its /proc: over the host's, which the kernel wants to see whole beside it.
void mount_proc(const std::string& option) {
  if (mount("slipway", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0) return;
  throw system_error(option, "mount(proc)",
                     "ask the admin whether parts of this node's /proc are covered by other mounts");
}

[[noreturn]] void run_init(const std::string& option, Pipe lifeline, int socket) {
  prctl(PR_SET_NAME, "slipway-init", 0, 0, 0);
  ignore_signals();
  mount_proc(option);
  const Fd own(open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC));
  if (!own) throw system_error("/proc/self/ns/pid", "open");
  must(give_up_all_privileges());
  const int descriptors[] = {own.get(), lifeline.write.get()}, kept = lifeline.read.get();
  answer(socket, bytes_of(Started{}), descriptors);
  if (!close_descriptors_from(STDERR_FILENO + 1, &kept, 1)) _exit(1);
  char nothing;
  while (read(kept, &nothing, 1) < 0 && errno == EINTR) continue;
  _exit(0);
}

// The body of a process that is the user, where the step's ranks are. It ends as soon as it has a child: a process is
// never in the pid namespace that it makes.
void make_init(const Request& request, pid_t rank, size_t count, int socket) {
  become_user(request);
  Go go;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(go));  // a member of the step from now on
  if (datagram.size != sizeof go || datagram.descriptors.size() != count) return;
  take_limits_of(rank);
  const std::vector<int> namespaces = numbers_of(datagram.descriptors);
  must(join_container(namespaces.data(), static_cast<int>(namespaces.size())));
  const std::string option = unshare_option(source_of(request.options, "unshare"), CLONE_NEWPID);
  unshare_namespace(CLONE_NEWPID, option);
  Pipe lifeline = make_pipe();
  const pid_t init = fork();
  if (init < 0) throw system_error(option, "fork", "raise the limit on processes (ulimit -u)");
  if (init == 0) run_init(option, std::move(lifeline), socket);
}

}  // namespace

InitProcess start_init_process(const Request& request, const Rank& rank, std::span<const Fd> namespaces,
                               const Patience& patience) {
  Child child([&](int socket) { make_init(request, rank.pid, namespaces.size(), socket); });
  make_step_member(child.pid(), rank);
  child.send(bytes_of(Go{}), numbers_of(namespaces));
  Started started;
  std::vector<Fd> descriptors = child.receive(writable_bytes_of(started), 2, patience);
  return {std::move(descriptors[0]), std::move(descriptors[1])};
}

}  // namespace slipway
