// forge, as a task prolog: leaves behind an orphan that takes the ranks' socket from the rank (pidfd_getfd) before
// enter has spoken: the rank may only run when nothing else wants its CPU, and a loop does. The orphan then says there
// what enter says ("here I am"), as often as the socket takes it, and goes on as "sleep 1401", which holds the socket.
// It is known by its oom_score_adj.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
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

static void forge(pid_t rank, int number) {
  set_oom_score("555");
  const int process = syscall(SYS_pidfd_open, rank, 0);
  const pid_t loop = loop_on(0);
  stay_on(0, 1);
  stay_on(rank, 0);
  const struct sched_param none = {0};
  sched_setscheduler(rank, SCHED_IDLE, &none);
  int ranks;
  while ((ranks = syscall(SYS_pidfd_getfd, process, number, 0)) < 0) {
    if (kill(rank, 0) != 0) _exit(1);
  }
  while (send(ranks, "\1", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) continue;
  kill(loop, SIGKILL);
  waitpid(loop, NULL, 0);
  sched_setscheduler(rank, SCHED_OTHER, &none);
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
  if (fork() == 0) forge(rank, atoi(variable));
  _exit(0);
}
