// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/clean_start.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/process/descriptors.h"

namespace slipway {

namespace {

// slurmstepd's children inherit blocked and ignored signals, and SIGTERM must end us. The C library's sigaction leaves
// out its own two signals, which its posix_spawn ignored for us and all that we start: so the kernel's.
void reset_signals() {
  constexpr unsigned long kDefault[8] = {};  // struct sigaction of any architecture's kernel: SIG_DFL
  for (int number = 1; number < NSIG; ++number) syscall(SYS_rt_sigaction, number, kDefault, nullptr, NSIG / 8);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// A user namespace is capped at the limits its creator had (user_namespaces(7), since 5.14), so they are lifted before
// it is made. The ranks keep their own: limits belong to processes.
void lift_limit(__rlimit_resource limit) {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(limit, &unlimited) == 0) return;
  // A slurmd without CAP_SYS_RESOURCE cannot give a rank more than its own hard limit either.
  rlimit most;
  if (getrlimit(limit, &most) != 0) throw system_error("container", "getrlimit");
  most.rlim_cur = most.rlim_max;
  if (setrlimit(limit, &most) != 0) throw system_error("container", "setrlimit");
}

// slurmd protects slurmstepd from the out-of-memory killer; what we fork must not be. EACCES: the score is above 0
// already, which only CAP_SYS_RESOURCE may lower.
void be_killable_when_memory_is_short() {
  const Fd score(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (!score || (write(score.get(), "0", 1) != 1 && errno != EACCES)) {
    throw system_error("/proc/self/oom_score_adj", "write");
  }
}

}  // namespace

void start_clean(int last_descriptor) {
  if (!close_descriptors_from(last_descriptor + 1)) throw system_error("container", "close_range");
  reset_signals();
  // slurmstepd starts us under the user's group (while it looks at --container itself).
  if (setgroups(0, nullptr) != 0 || setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) {
    throw system_error("container", "setresuid(root)");
  }
  umask(0);
  if (chdir("/") != 0) throw system_error("/", "chdir");
  clearenv();
  setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
  // ENOSYS: a kernel without keyrings has none to leak.
  syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  for (const auto limit : {RLIMIT_MEMLOCK, RLIMIT_NPROC, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE}) lift_limit(limit);
  be_killable_when_memory_is_short();
}

}  // namespace slipway
