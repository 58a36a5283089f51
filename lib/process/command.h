// SPDX-License-Identifier: BSD-3-Clause

// Finds a step's command the way execvp(3) does, inside whatever root the caller stands in.
#pragma once

#include <limits.h>

namespace slipway {

struct Found {
  int exit_code = 0;  // 0, kExitNotFound, or kExitNotExecutable: then `path` is what cannot be executed
  char path[PATH_MAX] = "";
};

// `command` itself when it holds a slash, else the first executable regular file of that name in the directories of
// `search_path`.
Found find_command(const char* command, const char* search_path);

}  // namespace slipway
