// SPDX-License-Identifier: BSD-3-Clause

// slipway-enter: executed by slurmstepd in place of the step's command, once per rank, as the user. It waits for the
// container that stage makes, joins it, gives up everything and executes the command inside. Only what differs from
// rank to rank belongs here: every instruction is paid for once per rank.
//
// Everything in this folder does without the C++ library and its exceptions, so that enter can be linked with musl:
// glibc's start-up asks the CPU for its features, which costs a virtual machine more than all the rest of enter.

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "helper/enter/elsewhere.h"
#include "helper/enter/interpreter.h"
#include "helper/enter/mpi_check.h"
#include "helper/enter/rank_gpus.h"
#include "lib/process/repairs.h"
#include "helper/enter/stand_in.h"
#include "lib/base/mark.h"
#include "lib/base/text.h"
#include "lib/process/command.h"
#include "lib/process/descriptors.h"
#include "lib/process/join.h"
#include "lib/process/privileges.h"
#include "lib/protocol/arrival.h"
#include "lib/protocol/decisions.h"
#include "lib/protocol/wire.h"

namespace slipway {
namespace {

// Names a descriptor which the rank's program needs: PMI-1 and PMI-2 clients talk to slurmstepd over it.
constexpr char kDescriptorVariable[] = "PMI_FD";

struct Summons {
  int socket = -1, seconds = 0, hello = -1;
};

// Reads and removes what the plugin left in the environment for us.
Summons read_summons() {
  const char* const text = getenv(kEnterVariable);
  if (!text) {
    fail(kExitRefused, "container", "this node's Slurm did not start slipway-enter through the slipway plugin",
         "ask the admin for the plugin's line in this node's plugstack.conf");
  }
  Summons summons;
  if (sscanf(text, "%d:%d:%d", &summons.socket, &summons.seconds, &summons.hello) != 3 || summons.seconds < 0 ||
      summons.seconds > INT_MAX / 1000) {
    fail(kExitRefused, kEnterVariable, "was changed", "leave it to slipway");
  }
  unsetenv(kEnterVariable);
  return summons;
}

// The step's words, without the client's mark. Where Slurm lets a plugin put words in front (23.11), they follow our
// own name; before, the plugin replaced argv[0] and left the original in the environment.
char** step_words(char** argv) {
  char** words = argv + 1;
  if (const char* const original = getenv(kArgv0Variable)) {
    words = argv;
    words[0] = strdup(original);
    unsetenv(kArgv0Variable);
  }
  constexpr size_t kMarkLength = sizeof kMark - 1;
  if (words[0] && strncmp(words[0], kMark, kMarkLength) == 0) words[0] += kMarkLength;
  return words;
}

void must(const char* failed_call) {
  if (failed_call) fail_call("container", failed_call);
}

// Checked by getcwd: a working directory outside the root shows as "(unreachable)" (CVE-2024-21626 and its like).
void change_directory(const char* path) {
  if (chdir(path) != 0) {
    fail_call(path, "working directory inside the container",
              "start the step in a directory that exists there, or use --chdir");
  }
  char real[PATH_MAX];
  if (!getcwd(real, sizeof real) || real[0] != '/') {
    fail(kExitRefused, path, "the working directory is not inside the container", "use --chdir");
  }
}

int descriptor_to_pass() {
  const char* const value = getenv(kDescriptorVariable);
  char* end = nullptr;
  const long fd = value ? strtol(value, &end, 10) : -1;
  return value && !*end && fd > 2 && fd < INT_MAX ? static_cast<int>(fd) : -1;
}

// All that this process holds: standard streams, what the program needs, and the container.
struct Held {
  int descriptors[STDERR_FILENO + 1 + 1 + kMostWireDescriptors] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
  int count = STDERR_FILENO + 1;
};

Held close_other_descriptors(const Arrival& arrival) {
  Held held;
  held.descriptors[held.count++] = descriptor_to_pass();
  for (int i = 0; i < arrival.count; ++i) held.descriptors[held.count++] = arrival.descriptors[i];
  if (!close_descriptors_from(0, held.descriptors, held.count)) fail_call("container", "close_range");
  return held;
}

Gpus gpus_of(const Arrival& arrival) {
  if (!arrival.has_gpus) return {};
  const int* const descriptors = arrival.descriptors + wire_gpus(arrival.unshared);
  return read_gpus(descriptors[kGpuTable], descriptors[kGpuMeeting]);
}

void join(const Arrival& arrival) {
  must(join_container(arrival.descriptors + kWireUserNamespace,
                      wire_namespaces_end(arrival.unshared) - kWireUserNamespace));
}

// `srun --bcast=DIR/` names only the directory; slurmstepd's own name for the file must be appended.
char* with_bcast_name(char* command) {
  if (!*command || command[strlen(command) - 1] != '/') return command;
  const auto variable = [](const char* name) { return getenv(name) ? getenv(name) : ""; };
  static char path[PATH_MAX];
  snprintf(path, sizeof path, "%sslurm_bcast_%s.%s_%s", command, variable("SLURM_JOB_ID"), variable("SLURM_STEP_ID"),
           variable("SLURMD_NODENAME"));
  return path;
}

[[noreturn]] void fail_to_find(const char* command, const Found& found, const char* search_path) {
  if (found.exit_code == kExitNotExecutable) {
    fail(found.exit_code, found.path, "is not executable in the image",
         "make it executable (chmod +x) or name another command");
  }
  if (strchr(command, '/')) {
    fail(found.exit_code, command, "no such file in the image",
         "name a path that exists inside the container; only home, the working directory and /tmp are the host's");
  }
  char path[1000], remedy[2 * sizeof path + 128];
  if (char there[sizeof path]; *command && find_elsewhere(command, "", there, sizeof there)) {
    printable(there, path, sizeof path);
    const int directory_length = static_cast<int>(strrchr(path, '/') - path);
    snprintf(remedy, sizeof remedy,
             "it is in the image as %s; name that path, or extend PATH with SLIPWAYENV_APPEND_PATH=%.*s", path,
             directory_length, path);
    fail(found.exit_code, command, "command not found in PATH", remedy);
  }
  snprintf(remedy, sizeof remedy, "PATH there is %s", printable(search_path, path, sizeof path));
  fail(found.exit_code, command, "command not found in the image", remedy);
}

[[noreturn]] void execute(char** words, const char* interpreter_remedy) {
  if (words[0]) words[0] = with_bcast_name(words[0]);
  const char* const command = words[0] ? words[0] : "";
  const char* const variable = getenv("PATH");
  const char* const search_path = variable ? variable : kDefaultSearchPath;
  const Found found = find_command(command, search_path);
  if (found.exit_code != 0) fail_to_find(command, found, search_path);
  execv(found.path, words);
  if (errno == ENOEXEC) {
    fail(kExitNotExecutable, found.path, "is not a program this node can run",
         "give a script its #! line, or use an image built for this node's architecture");
  }
  if (errno == ENOENT) {
    char interpreter[1000], name[1000], why[sizeof name + 64];
    read_interpreter(found.path, interpreter, sizeof interpreter);
    snprintf(why, sizeof why, "its interpreter or dynamic loader%s%s%s does not exist in the image",
             *interpreter ? ", " : "", printable(interpreter, name, sizeof name), *interpreter ? "," : "");
    fail(kExitNotFound, found.path, why,
         interpreter_remedy ? interpreter_remedy : "use a program that was built for this image");
  }
  fail(kExitNotExecutable, found.path, strerror(errno), nullptr);
}

}  // namespace
}  // namespace slipway

int main(int, char** argv) {
  using namespace slipway;
  prctl(PR_SET_NAME, "slipway-enter", 0, 0, 0);  // else it is the number of the descriptor that was executed
  name_node(getenv("SLURMD_NODENAME"));  // slurmstepd's still: what the image and its user set comes later
  const Summons summons = read_summons();
  char** const words = step_words(argv);
  say_hello(summons.hello);
  const Arrival arrival = await_container(summons.socket, summons.seconds * 1000);
  const Gpus gpus = gpus_of(arrival);
  const Decisions decisions = apply_decisions(arrival.descriptors[kWirePlan]);
  check_mpi(decisions);
  tell_notices(decisions);
  const Held held = close_other_descriptors(arrival);
  join(arrival);
  take_gpus(gpus, decisions);
  if (arrival.unshared & CLONE_NEWPID) {
    const int lifeline = arrival.descriptors[wire_namespaces_end(arrival.unshared)];
    leave_stand_in(lifeline, held.descriptors, held.count, decisions.is_batch);
  }
  must(give_up_all_privileges());
  change_directory(decisions.cwd);
  repair_environment();
  execute(with_words_in_front(decisions, words), decisions.interpreter_remedy);
}
