#include "enter/bound_fork.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace slipway {

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
  while (child > 0 && recv(pair[0], &word, 1, 0) < 0 && errno == EINTR) continue;
  close(pair[0]);
  errno = error;
  return child;
}

}  // namespace slipway
