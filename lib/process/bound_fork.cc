// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/bound_fork.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway {

namespace {

// Reaps it then, and sets errno. Who was killed is for the caller to reap.
bool has_given_up(pid_t child) {
  siginfo_t info{};
  if (waitid(P_PID, child, &info, WEXITED | WNOWAIT) != 0 || info.si_code != CLD_EXITED) return false;
  waitpid(child, nullptr, 0);
  errno = ENOMEM;
  return true;
}

}  // namespace

pid_t bound_fork() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) return -1;
  const pid_t child = fork();
  if (child == 0) {
    close(pair[0]);
    // The parent may have died before we asked to be told: then nobody takes the word.
    const char armed = 1;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || send(pair[1], &armed, 1, MSG_NOSIGNAL) != 1) _exit(1);
    close(pair[1]);
    return child;
  }
  const int error = errno;
  close(pair[1]);
  char word;
  ssize_t heard = 1;
  while (child > 0 && (heard = recv(pair[0], &word, 1, 0)) < 0 && errno == EINTR) continue;
  close(pair[0]);
  errno = error;
  return heard == 1 || !has_given_up(child) ? child : -1;
}

}  // namespace slipway
