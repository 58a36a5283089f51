// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/bound_fork.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CppUTest/TestHarness.h>

#include "lib/kernel/pipe.h"

using namespace slipway;

TEST_GROUP(BoundFork){};

TEST(BoundFork, IsAFork) {
  const pid_t child = bound_fork();
  if (child == 0) _exit(5);
  int status = 0;
  LONGS_EQUAL(child, waitpid(child, &status, 0));
  LONGS_EQUAL(5, WEXITSTATUS(status));
}

TEST(BoundFork, TheChildDiesWithItsParent) {
  Pipe alive = make_pipe();
  const pid_t parent = fork();
  if (parent == 0) {
    if (bound_fork() == 0) pause();
    kill(getpid(), SIGKILL);
  }
  alive.write.reset();
  char byte;
  LONGS_EQUAL(0, read(alive.read.get(), &byte, 1));  // both held it
  waitpid(parent, nullptr, 0);
}
