// steal: tries all the time, until it is terminated, what one process can do to another of its user, to every process
// of Slipway that it finds: take a descriptor (pidfd_getfd), attach (ptrace), read memory, environment, descriptors,
// root and directory in procfs. Prints each kind that worked once; of slipway-enter, which is the user's own process,
// only descriptors of devices. At last how many attempts there were at which names.
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const kNames[] = {"slipway-stage", "slipway-fuse", "slipway-init", "slipway-verify", "slipway-enter"};
enum { kCount = sizeof kNames / sizeof kNames[0], kEnter = kCount - 1 };
static long tried[kCount];

static int name_of(const char *pid) {
  char path[300], name[32] = "";
  snprintf(path, sizeof path, "/proc/%s/comm", pid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  const ssize_t size = read(fd, name, sizeof name - 1);
  close(fd);
  if (size > 0) name[size - 1] = 0;
  for (int i = 0; i < kCount; ++i) {
    if (strcmp(name, kNames[i]) == 0) return i;
  }
  return -1;
}

static void tell(const char *pid, int name, const char *what) {
  // It can have become another one meanwhile: the rank's program, or nothing.
  if (name_of(pid) == name) printf("%s %s\n", what, kNames[name]);
}

static int is_device(int fd) {
  struct stat status;
  if (fstat(fd, &status) != 0) return 0;
  return S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && major(status.st_rdev) == 10);
}

static void take_descriptors(const char *pid, int name) {
  const int process = syscall(SYS_pidfd_open, atoi(pid), 0);
  if (process < 0) return;
  for (int number = 0; number < 16; ++number) {
    const int fd = syscall(SYS_pidfd_getfd, process, number, 0);
    if (fd < 0) continue;
    if (name != kEnter || is_device(fd)) tell(pid, name, "took a descriptor of");
    if (ioctl(fd, LOOP_CHANGE_FD, open("/etc/passwd", O_RDONLY | O_CLOEXEC)) == 0) tell(pid, name, "changed the loop device of");
    close(fd);
  }
  close(process);
}

static void look(const char *pid, int name) {
  static const char *const kFiles[] = {"mem", "environ", "fd", "fdinfo", "root", "cwd", "exe", "ns/user", "ns/mnt", "maps", "syscall"};
  char path[300], link[300], what[100];
  for (unsigned i = 0; i < sizeof kFiles / sizeof kFiles[0]; ++i) {
    snprintf(path, sizeof path, "/proc/%s/%s", pid, kFiles[i]);
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int reads = fd >= 0;
    // Opened whatever it is, and read only by those who may: environ, mem and maps decide at the first read.
    if (reads && (i <= 1 || i >= 9)) {
      const ssize_t size = i == 0 ? pread(fd, link, 1, 0x400000) : read(fd, link, sizeof link);
      reads = i == 0 ? 0 : size > 0;
    }
    if (fd >= 0) close(fd);
    if (!reads || name == kEnter) continue;
    snprintf(what, sizeof what, "opened %s of", kFiles[i]);
    tell(pid, name, what);
  }
}

static void attach(const char *pid, int name) {
  if (name == kEnter) return;
  if (ptrace(PTRACE_SEIZE, atoi(pid), 0, 0) == 0) {
    tell(pid, name, "attached to");
    kill(getpid(), 0);
    ptrace(PTRACE_INTERRUPT, atoi(pid), 0, 0);
    waitpid(atoi(pid), NULL, __WALL);
    ptrace(PTRACE_DETACH, atoi(pid), 0, 0);
  }
}

static volatile sig_atomic_t ended;

static void end(int number) { ended = number; }

int main(void) {
  signal(SIGTERM, end);
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (!ended) {
    DIR *const directory = opendir("/proc");
    const struct dirent *entry;
    while ((entry = readdir(directory))) {
      if (!isdigit(entry->d_name[0])) continue;
      const int name = name_of(entry->d_name);
      if (name < 0) continue;
      ++tried[name];
      take_descriptors(entry->d_name, name);
      look(entry->d_name, name);
      attach(entry->d_name, name);
    }
    closedir(directory);
  }
  for (int i = 0; i < kCount; ++i) printf("tried %s %ld\n", kNames[i], tried[i]);
  return 0;
}
