// SPDX-License-Identifier: BSD-3-Clause

// slipway-absent: what a batch script finds in place of a command of Slurm's that its image lacks. The container of the
// script has it under the name of each, in a directory that comes last on PATH (lib/spec/layout.cc); it says what to
// do. Linked as enter is, so that it needs nothing of the image.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/process/command.h"
#include "lib/protocol/wire.h"

namespace slipway {
namespace {

bool is_this_program(const char* path) {
  struct stat own, other;
  if (stat("/proc/self/exe", &own) != 0 || stat(path, &other) != 0) return true;
  return own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

// A script that extends PATH puts its own behind ours, and means its own.
void execute_another(const char* name, char** argv) {
  const char* directory = getenv("PATH");
  while (directory && *directory) {
    char one[sizeof Found::path];
    const size_t length = strcspn(directory, ":");
    snprintf(one, sizeof one, "%.*s", static_cast<int>(length), directory);
    const Found found = find_command(name, one);
    if (found.exit_code == 0 && !is_this_program(found.path)) execv(found.path, argv);
    directory += length;
    if (*directory) ++directory;
  }
}

}  // namespace
}  // namespace slipway

int main(int, char** argv) {
  using namespace slipway;
  const char* const path = argv[0] ? argv[0] : "";
  const char* const slash = strrchr(path, '/');
  const char* const name = slash ? slash + 1 : path;
  execute_another(name, argv);
  name_node(getenv("SLURMD_NODENAME"));
  char shown[256], sentence[sizeof shown + 256];
  snprintf(sentence, sizeof sentence,
           "%s: Slurm's commands do not work in the image; with --container-batch=host the job's script runs on the "
           "host, and its steps in the image",
           printable(name, shown, sizeof shown));
  tell_of_rank(sentence);
  return kExitNotFound;
}
