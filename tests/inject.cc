// SPDX-License-Identifier: BSD-3-Clause

// inject: stands in the place of slipway-stage or slipway-enter, which lies in the directory "real" beside it, and
// makes one system call of theirs go wrong. Which one says the file faults/NODE.NAME beside it (tests/faults writes
// it):
//   record                         write each call of each process to the .log beside that file
//   PROCESS CALL NTH kill          SIGKILL for the process when it comes to its NTH CALL
//   PROCESS CALL NTH orphan        SIGKILL for its parent instead, which it outlives
//   PROCESS CALL NTH ERROR         that call is not made, and gives this errno; close is made all the same (close(2))
//   PROCESS CALL NTH hold          all wait until that file is gone, or ten seconds
// PROCESS is "0", its second child "0.1", and so on: threads count as children. What enter executes is the user's and
// is let go. Without that file nothing is changed.
//
// The helper keeps its process id, parent, descriptors, words and environment; what traces it is a process beside it
// that holds nothing of it. (strace counts calls in all processes alike, and holds the descriptors whose end tells that
// stage has ended.)

#include <fcntl.h>
#include <limits.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <utility>

#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/process/descriptors.h"

namespace {

[[noreturn]] void die(const char* what) {
  fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
  _exit(1);
}

struct Order {
  std::string process, call, action;  // process: empty to record
  unsigned nth = 0;
};

struct Tracee {
  std::string path;  // empty: its parent has not told of it yet
  unsigned children = 0;
  int error = 0;  // what the call gives that is being left out
  std::map<long, unsigned> calls;
};

pid_t parent_of(pid_t process) {
  const std::string status = slipway::text_of_file("/proc/" + std::to_string(process) + "/status");
  return atoi(slipway::field_of(status, "PPid").c_str());
}

std::string name_of(long call) {
  char* const name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(call));
  std::string text = name ? name : std::to_string(call);
  free(name);
  return text;
}

#ifdef __x86_64__
void leave_out_call(pid_t process) {
  user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, process, nullptr, &registers) != 0) return;
  registers.orig_rax = static_cast<unsigned long long>(-1);
  ptrace(PTRACE_SETREGS, process, nullptr, &registers);
}
void give(pid_t process, int error) {
  user_regs_struct registers;
  if (ptrace(PTRACE_GETREGS, process, nullptr, &registers) != 0) return;
  registers.rax = static_cast<unsigned long long>(-error);
  ptrace(PTRACE_SETREGS, process, nullptr, &registers);
}
#else
#error "inject knows the registers of x86-64 only"
#endif

class Tracer {
 public:
  Tracer(pid_t helper, bool is_enter, Order order, std::string order_file, int log)
      : helper_(helper), is_enter_(is_enter), order_(std::move(order)), order_file_(std::move(order_file)), log_(log) {
    tracees_[helper].path = "0";
  }

  // Until none is left.
  void run() {
    int status;
    pid_t process;
    while ((process = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
      if (process <= 0) continue;
      if (WIFSTOPPED(status)) stopped(process, status);
      else ended(process);
    }
  }

 private:
  void ended(pid_t process) {
    tracees_.erase(process);
    for (auto& [child, tracee] : tracees_) {
      if (tracee.path.empty()) resume_orphan(child, tracee);
    }
  }

  // A parent that was killed as it forked does not tell of its child.
  void resume_orphan(pid_t process, Tracee& tracee) {
    if (tracees_.contains(parent_of(process))) return;
    tracee.path = "?";
    resume(process, 0);
  }

  void stopped(pid_t process, int status) {
    const int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) {
      at_call(process);
      resume(process, 0);
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
      unsigned long child = 0;
      ptrace(PTRACE_GETEVENTMSG, process, nullptr, &child);
      name_child(process, static_cast<pid_t>(child));
      resume(process, 0);
    } else if (event == PTRACE_EVENT_EXEC) {
      if (is_enter_ && has_begun_) return let_go(process);
      has_begun_ |= process == helper_;
      resume(process, 0);
    } else if (event == PTRACE_EVENT_STOP) {
      const bool is_group_stop = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
      Tracee& tracee = tracees_[process];
      if (tracee.path.empty()) return resume_orphan(process, tracee);  // others when the parent has told of them
      if (is_group_stop) ptrace(PTRACE_LISTEN, process, nullptr, nullptr);
      else resume(process, 0);
    } else {
      resume(process, event ? 0 : signal);
    }
  }

  void resume(pid_t process, int signal) { ptrace(PTRACE_SYSCALL, process, nullptr, static_cast<long>(signal)); }

  void let_go(pid_t process) {
    tracees_.erase(process);
    ptrace(PTRACE_DETACH, process, nullptr, nullptr);
  }

  void name_child(pid_t parent, pid_t child) {
    Tracee& by = tracees_[parent];
    const bool waits = tracees_.contains(child);
    tracees_[child].path = by.path + "." + std::to_string(by.children++);
    if (waits) resume(child, 0);
  }

  void at_call(pid_t process) {
    struct __ptrace_syscall_info info{};
    if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, &info) <= 0) return;
    Tracee& tracee = tracees_[process];
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && tracee.error) give(process, std::exchange(tracee.error, 0));
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !has_begun_) return;
    const long call = static_cast<long>(info.entry.nr);
    const unsigned nth = ++tracee.calls[call];
    if (order_.process.empty()) return tell(tracee.path + " " + name_of(call));
    if (tracee.path == order_.process && nth == order_.nth && name_of(call) == order_.call) act(process, tracee);
  }

  void act(pid_t process, Tracee& tracee) {
    tell("hit");
    if (order_.action == "kill") {
      kill(process, SIGKILL);
    } else if (order_.action == "orphan") {
      const pid_t parent = parent_of(process);
      kill(parent, SIGKILL);
      while (parent_of(process) == parent) usleep(1000);
    } else if (order_.action == "hold") {
      for (int i = 0; i < 1000 && access(order_file_.c_str(), F_OK) == 0; ++i) usleep(10'000);
    } else {
      if (order_.call != "close") leave_out_call(process);
      tracee.error = atoi(order_.action.c_str());
    }
  }

  void tell(const std::string& line) { dprintf(log_, "%s\n", line.c_str()); }

  const pid_t helper_;
  const bool is_enter_;
  const Order order_;
  const std::string order_file_;
  const int log_;
  bool has_begun_ = false;
  std::map<pid_t, Tracee> tracees_;
};

// A grandchild, so that the helper has no child that it does not know.
void start_tracer(bool is_enter, const Order& order, const std::string& order_file) {
  const slipway::Fd log(open((order_file + ".log").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!log) die("open log");
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) != 0) die("pipe");
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  const pid_t helper = getpid(), child = fork();
  if (child < 0) die("fork");
  if (child > 0) {
    waitpid(child, nullptr, 0);
    close(ready[1]);
    char byte;
    if (read(ready[0], &byte, 1) != 1) die("the tracer");
    close(ready[0]);
    return;
  }
  if (fork() != 0) _exit(0);
  setsid();
  prctl(PR_SET_NAME, "inject", 0, 0, 0);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  const int nothing = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) dup2(nothing, fd);
  const int kept[] = {log.get(), ready[1]};
  if (!slipway::close_descriptors_from(3, kept, 2)) die("close_range");
  constexpr long kOptions = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                            PTRACE_O_TRACEEXEC;
  if (ptrace(PTRACE_SEIZE, helper, nullptr, kOptions) != 0 || ptrace(PTRACE_INTERRUPT, helper, nullptr, nullptr) != 0 ||
      write(ready[1], "", 1) != 1) {
    die("ptrace");
  }
  close(ready[1]);
  Tracer(helper, is_enter, order, order_file, log.get()).run();
  _exit(0);
}

}  // namespace

int main(int, char** argv) {
  char path[PATH_MAX] = {}, node[HOST_NAME_MAX + 1] = {};
  if (readlink("/proc/self/exe", path, sizeof path - 1) < 0 || gethostname(node, sizeof node) != 0) die("/proc/self/exe");
  const std::string self = path, directory = self.substr(0, self.rfind('/')), name = self.substr(self.rfind('/') + 1),
                    order_file = directory + "/faults/" + node + "." + name;
  if (std::ifstream file(order_file); file) {
    Order order;
    if (file >> order.process && order.process == "record") order.process.clear();
    else file >> order.call >> order.nth >> order.action;
    file.close();
    start_tracer(name == "slipway-enter", order, order_file);
  }
  execv((directory + "/real/" + name).c_str(), argv);
  die("execv");
}
