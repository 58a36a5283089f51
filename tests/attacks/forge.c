// forge, as a task prolog: leaves behind an orphan that takes the ranks' descriptors from the rank (pidfd_getfd) before
// enter has spoken: the rank may only run when nothing else wants its CPU, and a loop does. The orphan then says what
// enter says ("here I am"), passes on a TCP socket whose close lasts 600 seconds (SO_LINGER), and goes on as "sleep
// 1401", which holds what it took. It is known by its oom_score_adj. Where it can take nothing it ends.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void stay_on(pid_t process, int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(process, sizeof set, &set);
}

static pid_t loop_on(int cpu) {
  const pid_t child = fork();
  if (child != 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  stay_on(0, cpu);
  for (;;) continue;
}

static void set_oom_score(const char *score) {
  const int file = open("/proc/self/oom_score_adj", O_WRONLY);
  if (write(file, score, strlen(score)) < 0) _exit(1);
  close(file);
}

// Its close waits for what the other side never reads.
static int lingering_socket(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (void *)&address, size) || listen(listener, 1) || getsockname(listener, (void *)&address, &size) ||
      connect(client, (void *)&address, size) || accept(listener, NULL, NULL) < 0) {
    _exit(1);
  }
  fcntl(client, F_SETFL, O_NONBLOCK);
  static char bytes[65536];
  while (send(client, bytes, sizeof bytes, MSG_NOSIGNAL) > 0) continue;
  const struct linger linger = {1, 600};
  setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  return client;
}

static void pass(int socket, int descriptor) {
  char byte = 1;
  struct iovec part = {&byte, 1};
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof descriptor)];
  } control = {.bytes = {0}};
  struct msghdr envelope = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  sendmsg(socket, &envelope, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// -1: the rank has gone on without letting anybody.
static int take(int process, pid_t rank, int number) {
  int taken;
  while ((taken = syscall(SYS_pidfd_getfd, process, number, 0)) < 0) {
    char path[64], name[16] = "";
    snprintf(path, sizeof path, "/proc/%d/comm", (int)rank);
    const int comm = open(path, O_RDONLY);
    if (comm < 0 || read(comm, name, sizeof name - 1) <= 0 || strncmp(name, "sleep", 5) == 0) return -1;
    close(comm);
  }
  return taken;
}

static void forge(pid_t rank, int number, int hello) {
  set_oom_score("555");
  const int lingering = lingering_socket();
  const int process = syscall(SYS_pidfd_open, rank, 0);
  const pid_t loop = loop_on(0);
  stay_on(0, 1);
  stay_on(rank, 0);
  const struct sched_param none = {0};
  sched_setscheduler(rank, SCHED_IDLE, &none);
  const int ranks = take(process, rank, number), event = ranks < 0 ? -1 : take(process, rank, hello);
  if (event >= 0) {
    const uint64_t one = 1;
    (void)!write(event, &one, sizeof one);
    pass(ranks, lingering);
    while (send(ranks, "\1", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) continue;
  }
  close(lingering);
  kill(loop, SIGKILL);
  waitpid(loop, NULL, 0);
  sched_setscheduler(rank, SCHED_OTHER, &none);
  if (event < 0) _exit(1);
  fcntl(ranks, F_SETFD, 0);
  execl("/bin/sleep", "sleep", "1401", (char *)NULL);
}

int main(void) {
  const char *const variable = getenv("SLIPWAY_ENTER");
  if (!variable) return 1;
  const pid_t rank = getppid(), child = fork();
  if (child != 0) return waitpid(child, NULL, 0) != child;
  setsid();  // slurmstepd kills the process group of a prolog, and reads its output to the end
  for (int fd = 0; fd < 3; ++fd) close(fd);
  int number, hello;
  if (sscanf(variable, "%d:%*d:%d", &number, &hello) != 2) return 1;
  if (fork() == 0) forge(rank, number, hello);
  _exit(0);
}
