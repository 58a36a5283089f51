// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/stand_in.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/process/bound_fork.h"
#include "lib/process/privileges.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

constexpr char kWhat[] = "container";

// What slurmstepd does for a rank with --pty (login_tty(3)), done again for the one inside: only the leader of a
// session has a terminal to control, and a shell there must find its own process group in front of it.
bool give_up_terminal() { return tcgetsid(STDIN_FILENO) == getpid() && ioctl(STDIN_FILENO, TIOCNOTTY) == 0; }
void take_terminal() {
  if (setsid() < 0 || ioctl(STDIN_FILENO, TIOCSCTTY, 0) != 0) fail_call(kWhat, "ioctl(TIOCSCTTY)");
}

[[noreturn]] void end_as(int status) {
  if (!WIFSIGNALED(status)) _exit(WEXITSTATUS(status));
  // No core is left of this process, which is undumpable: the rank has left its own.
  const int number = WTERMSIG(status);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
  signal(number, SIG_DFL);
  kill(getpid(), number);
  sigprocmask(SIG_UNBLOCK, &one, nullptr);
  _exit(128 + number);
}

// It does not stop itself when the rank stops: who continues the rank need not know of this process, which would then
// sleep through the rank's end.
[[noreturn]] void stand_in(pid_t rank, pid_t slurmstepd, const sigset_t& all, bool is_batch) {
  for (;;) {
    siginfo_t info;
    if (sigwaitinfo(&all, &info) < 0) continue;  // EINTR: stopped and continued
    int status;
    if (waitpid(rank, &status, WNOHANG) == rank) end_as(status);
    if (info.si_signo != SIGCHLD && is_to_be_relayed(info, slurmstepd, is_batch)) kill(rank, info.si_signo);
  }
}

}  // namespace

bool is_to_be_relayed(const siginfo_t& signal, pid_t slurmstepd, bool is_batch) {
  if (signal.si_code > 0) return false;  // SI_KERNEL and its like (sigaction(2))
  if (signal.si_pid == slurmstepd) return is_batch;
  // What a rank sends its whole group reaches this process too, which it cannot name alone. 0 is someone who cannot be
  // named here.
  return signal.si_pid == 0 || getpgid(signal.si_pid) != getpgrp();
}

void leave_stand_in(int lifeline, const int* held, int count, bool is_batch) {
  // From now on every signal waits until it is known whose it is.
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t slurmstepd = getppid();
  const bool has_terminal = give_up_terminal();
  const pid_t rank = bound_fork();
  if (rank < 0) fail_call(kWhat, "fork", "raise the limit on processes (ulimit -u)");
  if (rank == 0) {
    close(lifeline);
    if (has_terminal) take_terminal();
    sigprocmask(SIG_SETMASK, &before, nullptr);
    return;
  }
  if (const char* const failed = give_up_all_privileges()) fail_call(kWhat, failed);
  // One by one: the container's /proc, where old kernels list them, does not know this process.
  for (int i = 0; i < count; ++i) {
    if (held[i] >= 0 && held[i] != lifeline) close(held[i]);
  }
  stand_in(rank, slurmstepd, all, is_batch);
}

}  // namespace slipway
