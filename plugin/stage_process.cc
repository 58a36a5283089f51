// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/stage_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "lib/base/error.h"
#include "lib/process/replaced.h"
#include "lib/protocol/request.h"

namespace slipway {

namespace {

// posix_spawn's own objects, released on every way out.
struct SpawnAttributes {
  posix_spawnattr_t value;
  SpawnAttributes() { posix_spawnattr_init(&value); }
  ~SpawnAttributes() { posix_spawnattr_destroy(&value); }
};
struct SpawnActions {
  posix_spawn_file_actions_t value;
  SpawnActions() { posix_spawn_file_actions_init(&value); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&value); }
};

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

// posix_spawn does not copy slurmstepd's memory as fork does, and is safe among its threads. It is called in a vfork
// child, which shares that memory too and is gone at once: stage is then nobody's child that slurmstepd would wait for.
void start_stage(int request, int ranks, int place, int hello) {
  SpawnAttributes attributes;
  posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETSID);
  SpawnActions actions;
  for (int fd = 0; fd < 3; ++fd) posix_spawn_file_actions_addopen(&actions.value, fd, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions.value, request, kRequestFd);
  posix_spawn_file_actions_adddup2(&actions.value, ranks, kRanksFd);
  posix_spawn_file_actions_adddup2(&actions.value, place, kPlaceFd);
  posix_spawn_file_actions_adddup2(&actions.value, hello, kHelloFd);
  char name[] = "slipway-stage";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  const std::string replaced = replaced_path(kStage);

  const SignalsBlocked blocked;  // a handler of slurmstepd must not run in a child that shares its memory
  volatile int error = 0;
  const pid_t starter = vfork();
  if (starter == 0) {
    for (const char* const program : {kStage, replaced.c_str()}) {
      error = posix_spawn(nullptr, program, &actions.value, &attributes.value, arguments, environment);
      if (error != ENOENT) break;
    }
    _exit(0);
  }
  if (starter < 0) throw system_error("container", "vfork");
  waitpid(starter, nullptr, 0);
  if (error != 0) {
    throw Error(kStage, strerror(error), "ask the admin to install slipway completely on this node", kExitRefused);
  }
}

}  // namespace slipway
