// SPDX-License-Identifier: BSD-3-Clause
#include "helper/user/image_environment.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "lib/image/image_scripts.h"
#include "lib/kernel/channel.h"
#include "lib/kernel/pipe.h"
#include "lib/process/bound_fork.h"
#include "lib/process/child.h"
#include "lib/process/descriptors.h"
#include "lib/process/identity.h"
#include "lib/process/join.h"
#include "lib/process/privileges.h"
#include "lib/process/repairs.h"
#include "lib/process/step_member.h"
#include "lib/process/unshare.h"
#include "lib/protocol/decisions.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

// The descriptors of the shell besides 0, 1 and 2.
constexpr int kDoneFd = 3, kWaitFd = 4;

// As the incumbent sources them, those of an app (SCIF) last. Then the shell becomes another one, in which the kernel
// shows what was exported (/proc/PID/environ); that one waits to be killed. So the image needs nothing but a shell.
//
// What other shells understand, and the incumbent's interpreter does, ends a POSIX shell with status 2: an array, for
// example. Then another shell goes on behind that script. Its words: this text, and the script that was the last one.
// The scripts have none.
constexpr char kScript[] =
    "_slipway_text=$1 _slipway_last=$2\n"
    "set --\n"
    "trap 'if [ $? -eq 2 ] && ! \"$0\" -n \"$_slipway_script\" 2>/dev/null; then\n"
    "  trap - EXIT\n"
    "  exec \"$0\" -c \"$_slipway_text\" \"$0\" \"$_slipway_text\" \"$_slipway_script\"\n"
    "fi' EXIT\n"
    "for _slipway_script in /.singularity.d/env/*.sh app \"/scif/apps/$SCIF_APPNAME/scif/env\"/*.sh; do\n"
    "  if [ -n \"$_slipway_last\" ]; then\n"
    "    if [ \"$_slipway_script\" = \"$_slipway_last\" ]; then _slipway_last=; fi\n"
    "  elif [ \"$_slipway_script\" != app ]; then\n"
    "    if [ -f \"$_slipway_script\" ]; then . \"$_slipway_script\"; fi\n"
    "  elif [ -n \"$SCIF_APPNAME\" ]; then\n"
    "    case :$PATH: in *:\"$SCIF_APPROOT/bin\":*) ;; *) PATH=$SCIF_APPROOT/bin:$PATH; export PATH;; esac\n"
    "    if [ -d \"$SCIF_APPROOT/lib\" ]; then\n"
    "      case :$LD_LIBRARY_PATH: in *:\"$SCIF_APPROOT/lib\":*) ;;\n"
    "      *) LD_LIBRARY_PATH=$SCIF_APPROOT/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}; export LD_LIBRARY_PATH;; esac\n"
    "    fi\n"
    "  fi\n"
    "done\n"
    "exec \"$0\" -c 'echo >&3; read line <&4'";

// What differs from rank to rank: the scripts cannot know it, since what they say goes for all.
constexpr std::string_view kRanksOwn[] = {"SLURM_PROCID", "SLURM_LOCALID", "SLURM_TASK_PID"};
// Nor what enter makes of the user's SLIPWAYENV_X and its like when the scripts have run.
constexpr std::string_view kRanksOwnPrefixes[] = {"PMI_", "PMIX_", "SLIPWAYENV_", "APPTAINERENV_", "SINGULARITYENV_"};

struct Extended {
  char done = 1;
};

bool is_ranks_own(std::string_view name) {
  return name == kEnterVariable || name == kArgv0Variable ||
         std::find(std::begin(kRanksOwn), std::end(kRanksOwn), name) != std::end(kRanksOwn) ||
         std::any_of(std::begin(kRanksOwnPrefixes), std::end(kRanksOwnPrefixes),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string environment_of(pid_t process) { return text_of_file("/proc/" + std::to_string(process) + "/environ"); }

// Makes what a rank starts with this process's environment.
void take_environment(const std::string& block) {
  clearenv();
  for (const auto& [name, value] : environment_in(block)) {
    if (!is_ranks_own(name)) setenv(name.c_str(), value.c_str(), 1);
  }
}

Environment own_environment() {
  std::string block;
  for (char** variable = environ; *variable; ++variable) block.append(*variable).push_back('\0');
  return environment_in(block);
}

Fd moved_above_shells(int fd) {
  Fd high(fcntl(fd, F_DUPFD_CLOEXEC, 10));
  if (!high) throw system_error("container", "fcntl(F_DUPFD)");
  return high;
}

[[noreturn]] void become_shell(const Fd& log, const Pipe& done, const Pipe& wait) {
  const Fd output = moved_above_shells(log.get()), told = moved_above_shells(done.write.get()),
           waits = moved_above_shells(wait.read.get());
  must(give_up_all_privileges());
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (dup2(null.get(), STDIN_FILENO) < 0 || dup2(output.get(), STDOUT_FILENO) < 0 ||
      dup2(output.get(), STDERR_FILENO) < 0 || dup2(told.get(), kDoneFd) < 0 || dup2(waits.get(), kWaitFd) < 0 ||
      !close_descriptors_from(kWaitFd + 1)) {
    throw system_error("container", "dup2");
  }
  // The incumbent's interpreter knows what bash does: source, [[, arrays.
  for (const char* shell : {kBash, kEnvironmentShell}) execl(shell, shell, "-c", kScript, shell, kScript, "", nullptr);
  dprintf(STDERR_FILENO, "%s: %s\n", kEnvironmentShell, strerror(errno));
  _exit(kExitNotExecutable);
}

// The shell, and whatever its scripts start: the first process of a pid namespace, so all of them end with it, and it
// ends with this process.
class Shell {
 public:
  Shell() : log_(memfd_create("slipway", MFD_CLOEXEC)) {
    if (!log_) throw system_error("container", "memfd_create");
    unshare_namespace(CLONE_NEWPID, "container");
    Pipe done = make_pipe(), wait = make_pipe();
    pid_ = fork();
    if (pid_ < 0) throw system_error("container", "fork", "raise the limit on processes (ulimit -u)");
    if (pid_ == 0) {
      try {
        become_shell(log_, done, wait);
      } catch (const Error& error) {
        dprintf(log_.get(), "%s\n", error.what());
        _exit(kExitRefused);
      }
    }
    done_ = std::move(done.read);
    wait_ = std::move(wait.write);
  }
  ~Shell() { end(); }
  Shell(const Shell&) = delete;
  Shell& operator=(const Shell&) = delete;

  // Blocks until the scripts have run.
  bool has_run_scripts() const {
    char byte;
    ssize_t size;
    do size = read(done_.get(), &byte, 1);
    while (size < 0 && errno == EINTR);
    return size == 1;
  }

  Environment environment() const { return environment_in(environment_of(pid_)); }

  // Returns its exit status in the way of shells.
  int end() {
    if (pid_ <= 0) return 0;
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  // What was printed first and last.
  std::string first_line() const {
    const std::string text = printed(0);
    return printable(text.substr(0, text.find('\n')));
  }
  std::string last_line() const {
    std::string lines = printed(std::max<off_t>(printed_size() - kMostPrinted, 0));
    while (lines.ends_with('\n')) lines.pop_back();
    return printable(lines.substr(lines.find_last_of('\n') + 1));
  }

 private:
  static constexpr off_t kMostPrinted = 1000;

  off_t printed_size() const { return lseek(log_.get(), 0, SEEK_END); }
  std::string printed(off_t start) const {
    std::string text(kMostPrinted, '\0');
    text.resize(std::max<ssize_t>(pread(log_.get(), text.data(), text.size(), start), 0));
    return text;
  }

  Fd log_, done_, wait_;
  pid_t pid_ = -1;
};

Error failed(const Request& request, Shell& shell) {
  const int status = shell.end();
  const std::string line = shell.last_line();
  return Error(printable(request.image),
               std::string("a script in its ") + kEnvironmentScripts + " ended early with status " +
                   std::to_string(status) + (line.empty() ? "" : ": " + line),
               "correct it and build the image again");
}

// With every capability in the user's namespace; without them elsewhere, as before. In a step's own pid namespace it is
// a child that goes on: the /proc inside shows no other, and the shell needs one.
void join(std::span<const Fd> container, unsigned unshared) {
  const pid_t parent = getppid();
  const auto namespaces = numbers_of(container.subspan(kWireUserNamespace));
  must(join_container(namespaces.data(), static_cast<int>(namespaces.size())));
  die_with_parent(parent);
  if (!(unshared & CLONE_NEWPID)) return;
  const pid_t child = bound_fork();
  if (child < 0) throw system_error("container", "fork", "raise the limit on processes (ulimit -u)");
  if (child == 0) return;
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) continue;
  _exit(0);  // the child has answered
}

// The body of a process that is the user, where the step's ranks are.
void run_scripts(const Request& request, pid_t rank, unsigned unshared, int socket) {
  // As root: the rank executes enter, which its user cannot read, and so none of its user's processes looks into it.
  // That keeps its memory as enter made it, too.
  const std::string block = environment_of(rank);
  become_user(request);
  Go go;
  const Datagram datagram = receive_datagram(socket, writable_bytes_of(go));  // a member of the step from now on
  if (datagram.size != sizeof go || datagram.descriptors.empty()) return;
  const std::vector<Fd>& container = datagram.descriptors;
  take_limits_of(rank);
  take_environment(block);
  const char* const cwd = apply_decisions(container[kWirePlan].get()).cwd;
  join(container, unshared);
  repair_environment();
  // Whether it exists is enter's to say.
  if (chdir(cwd) != 0 && chdir("/") != 0) throw system_error("/", "chdir");
  const Environment before = own_environment();
  Shell shell;
  if (!shell.has_run_scripts()) throw failed(request, shell);
  const Environment after = shell.environment();
  shell.end();
  const std::string line = shell.first_line();
  const std::string notice = line.empty() ? "" : printable(request.image) + ": its scripts in " + kEnvironmentScripts +
                                                     " printed: " + line;
  const int given = container[kWirePlan].get();
  const Fd plan = extended_plan(given, change_between(before, after, kept_variables(given)), notice);
  const int descriptor = plan.get();
  answer(socket, bytes_of(Extended{}), std::span(&descriptor, 1));
}

}  // namespace

Fd add_image_environment(const Request& request, const Rank& rank, unsigned unshared, std::span<const Fd> container,
                         const Patience& patience) {
  Child child([&](int socket) { run_scripts(request, rank.pid, unshared, socket); });
  make_step_member(child.pid(), rank);
  child.send(bytes_of(Go{}), numbers_of(container.first(wire_namespaces_end(unshared))));
  Extended extended;
  return std::move(child.receive(writable_bytes_of(extended), 1, patience)[0]);
}

}  // namespace slipway
