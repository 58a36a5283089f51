// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/descriptors.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Descriptors){};

// In a child, since it closes everything.
TEST(Descriptors, ClosesAllButThoseToKeep) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int fd : {5, 40, 41, 900}) dup2(0, fd);
    const int keep[] = {900, 2, -1, 41};
    if (!close_descriptors_from(3, keep, 4)) _exit(2);
    const auto open_now = [](int fd) { return fcntl(fd, F_GETFD) >= 0; };
    const bool right = open_now(0) && open_now(2) && open_now(41) && open_now(900) && !open_now(5) && !open_now(40) &&
                       !open_now(3);
    _exit(right ? 0 : 1);
  }
  int status;
  waitpid(child, &status, 0);
  LONGS_EQUAL(0, status);
}
