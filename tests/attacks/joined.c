// joined PID COMMAND [WORD]...: runs a command in the user and mount namespaces of a process, with every capability
// there. As their owner; nsenter alone does not do: execve takes the capabilities away from all but uid 0, so they are
// made ambient first (capabilities(7)).
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void join(const char *pid, const char *kind) {
  char path[100];
  snprintf(path, sizeof path, "/proc/%s/ns/%s", pid, kind);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, 0) != 0) {
    perror(path);
    exit(125);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 125;
  join(argv[1], "user");
  join(argv[1], "mnt");
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2];
  if (syscall(SYS_capget, &header, sets) != 0) return 125;
  for (int i = 0; i < 2; ++i) sets[i].inheritable = sets[i].permitted;
  if (syscall(SYS_capset, &header, sets) != 0) return 125;
  for (int capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
  }
  execvp(argv[2], argv + 2);
  perror(argv[2]);
  return 125;
}
