#include "plugin/stage_process.h"

#include <fcntl.h>
#include <spawn.h>

#include <cstring>

#include "helper/error.h"
#include "helper/request.h"

namespace slipway {

namespace {

constexpr char kStage[] = LIBEXECDIR "/slipway-stage";

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

}  // namespace

// posix_spawn does not copy slurmstepd's memory as fork does, and is safe among its threads.
pid_t start_stage(int request, int ranks, int place) {
  SpawnAttributes attributes;
  posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETSID);
  SpawnActions actions;
  for (int fd = 0; fd < 3; ++fd) posix_spawn_file_actions_addopen(&actions.value, fd, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions.value, request, kRequestFd);
  posix_spawn_file_actions_adddup2(&actions.value, ranks, kRanksFd);
  posix_spawn_file_actions_adddup2(&actions.value, place, kPlaceFd);
  char name[] = "slipway-stage";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  pid_t stage = -1;
  const int error = posix_spawn(&stage, kStage, &actions.value, &attributes.value, arguments, environment);
  if (error != 0) {
    throw Error(kStage, strerror(error), "ask the admin to install slipway completely on this node", kExitRefused);
  }
  return stage;
}

}  // namespace slipway
