// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/rank.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string>

#include "lib/kernel/channel.h"
#include "lib/protocol/arrival.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

// This process is slurmstepd and stage at once, and its own program is enter.
TEST_GROUP(Rank) {
  SocketPair pair = socket_pair();
  Fd hello{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Program enter{};

  void setup() override {
    take_nothing_from_ranks(pair.theirs.get());
    enter = program("/proc/self/exe");
  }
  static Program program(const char* path) {
    struct stat status;
    LONGS_EQUAL(0, stat(path, &status));
    return {status.st_dev, status.st_ino};
  }
  std::optional<Rank> await(pid_t slurmstepd) {
    return await_rank({hello.get(), pair.theirs.get(), slurmstepd, enter});
  }
  static pid_t child(const std::function<void()>& body) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    body();
    _exit(0);
  }
  static void end(pid_t pid) {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
};

TEST(Rank, IsAChildOfSlurmstepdThatRunsEnter) {
  const pid_t other = child([] { execl("/bin/sleep", "sleep", "60", nullptr); });
  while (program(("/proc/" + std::to_string(other) + "/exe").c_str()).inode == enter.inode) usleep(1000);
  const pid_t rank = child([&] {
    say_hello(hello.get());
    pause();
  });
  const auto met = await(getpid());
  CHECK(met.has_value());
  LONGS_EQUAL(rank, met->pid);
  CHECK(is_alive(*met));
  end(rank);
  CHECK_FALSE(is_alive(*met));
  end(other);
}

TEST(Rank, NoneComesWhenSlurmstepdIsGone) {
  const pid_t slurmstepd = child([] {});
  waitpid(slurmstepd, nullptr, 0);
  CHECK_FALSE(await(slurmstepd).has_value());
}

TEST(Rank, NoneComesWhenAllHaveGone) {
  pair.ours.reset();
  CHECK_FALSE(await(getpid()).has_value());
}

// A task prolog has the eventfd, too.
TEST(Rank, WhoSpeaksForNoneKeepsNobodyWhenSlurmstepdIsGone) {
  say_hello(hello.get());
  const pid_t slurmstepd = child([] { usleep(200000); });
  const pid_t reaper = child([&] { _exit(await(slurmstepd).has_value()); });
  waitpid(slurmstepd, nullptr, 0);
  int status;
  waitpid(reaper, &status, 0);
  LONGS_EQUAL(0, status);
}

TEST(Rank, NobodyCanSendToStage) {
  LONGS_EQUAL(-1, send(pair.ours.get(), "1", 1, MSG_NOSIGNAL));
  LONGS_EQUAL(EPIPE, errno);
  const int passed = pair.ours.get();
  LONGS_EQUAL(0, send_datagram(pair.ours.get(), bytes_of('1'), std::span(&passed, 1)));
}

TEST(Rank, HearsWhatStageSends) {
  CHECK(send_datagram(pair.theirs.get(), bytes_of('1')));
  char got = 0;
  LONGS_EQUAL(1, recv(pair.ours.get(), &got, 1, 0));
}
