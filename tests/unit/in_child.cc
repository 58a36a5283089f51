// SPDX-License-Identifier: BSD-3-Clause
#include "tests/unit/in_child.h"

#include <sys/wait.h>
#include <unistd.h>

Ended in_child(const std::function<void()>& body) {
  int output[2];
  if (pipe(output) != 0) return {-1, "pipe"};
  const pid_t child = fork();
  if (child == 0) {
    dup2(output[1], STDERR_FILENO);
    body();
    _exit(0);
  }
  close(output[1]);
  Ended ended{-1, ""};
  char buffer[4096];
  for (ssize_t size; (size = read(output[0], buffer, sizeof buffer)) > 0;) ended.output.append(buffer, size);
  close(output[0]);
  int status = 0;
  if (waitpid(child, &status, 0) == child && WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
  return ended;
}
