// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/exit_code.h"

namespace slipway {

namespace {

bool is_regular_file(const char* path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

bool is_executable(const char* path) {
  return is_regular_file(path) && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
}

Found as_given(const char* command) {
  Found found;
  const bool fits = strlen(command) < sizeof found.path;
  if (fits) strcpy(found.path, command);
  if (!fits || access(command, F_OK) != 0) found.exit_code = kExitNotFound;
  else if (!is_executable(command)) found.exit_code = kExitNotExecutable;
  return found;
}

}  // namespace

Found find_command(const char* command, const char* search_path) {
  if (strchr(command, '/')) return as_given(command);
  Found unfit;  // found, but not executable: the answer only when no later directory has it, as in shells
  unfit.exit_code = kExitNotFound;
  for (const char* directory = search_path; *command;) {
    const int length = static_cast<int>(strcspn(directory, ":"));
    Found found;
    // An empty entry is the working directory, as in execvp(3).
    const int size = snprintf(found.path, sizeof found.path, "%.*s/%s", length > 0 ? length : 1,
                              length > 0 ? directory : ".", command);
    const bool fits = size < static_cast<int>(sizeof found.path);
    if (fits && is_executable(found.path)) return found;
    if (fits && unfit.exit_code == kExitNotFound && is_regular_file(found.path)) {
      unfit = found;
      unfit.exit_code = kExitNotExecutable;
    }
    if (!directory[length]) break;
    directory += length + 1;
  }
  return unfit;
}

}  // namespace slipway
