// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/place.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "lib/kernel/channel.h"
#include "lib/protocol/arrival.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

// This process is slurmstepd and stage at once.
TEST_GROUP(PlaceOfRanks) {
  SocketPair pair = socket_pair(), ranks = socket_pair();
  Fd hello{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  Hellos hellos{};
  pid_t rank = -1;

  void setup() override {
    struct stat own;
    LONGS_EQUAL(0, stat("/proc/self/exe", &own));
    hellos = {hello.get(), ranks.theirs.get(), getpid(), {own.st_dev, own.st_ino}};
  }
  void teardown() override {
    if (rank > 0) kill(rank, SIGKILL), waitpid(rank, nullptr, 0);
  }
  static std::string cwd_of(pid_t pid) {
    char path[64] = "";
    (void)!readlink(("/proc/" + std::to_string(pid) + "/cwd").c_str(), path, sizeof path - 1);
    return path;
  }
  // A rank that says that it is there, and waits or ends.
  pid_t say_hello_in(const char* directory, bool waits) const {
    const pid_t pid = fork();
    if (pid != 0) {
      // It executes this program from the beginning, unlike a rank.
      while (waits && cwd_of(pid) != directory) usleep(1000);
      return pid;
    }
    if (chdir(directory) != 0) _exit(1);
    say_hello(hello.get());
    while (waits) pause();
    _exit(0);
  }
};

TEST(PlaceOfRanks, ComesBackAsItWasSent) {
  send_place(pair.ours.get(), {"/home/a b", Fd(open("/dev/null", O_RDONLY | O_CLOEXEC))});
  const std::optional<Place> place = receive_place(pair.theirs.get());
  CHECK(place.has_value());
  STRCMP_EQUAL("/home/a b", place->cwd.c_str());
  struct stat status;
  LONGS_EQUAL(0, fstat(place->mount_namespace.get(), &status));
  LONGS_EQUAL(3, status.st_rdev & 0xff);
}

TEST(PlaceOfRanks, NoRankIsNoPlace) {
  pair.ours.reset();
  ranks.ours.reset();
  CHECK_FALSE(receive_place(pair.theirs.get()).has_value());
  CHECK_FALSE(await_place(pair.theirs.get(), hellos).has_value());
}

// It has told the ranks why.
TEST(PlaceOfRanks, AStageThatHasEndedIsNotMissed) {
  pair.theirs.reset();
  send_place(pair.ours.get(), {"/home", Fd(open("/dev/null", O_RDONLY | O_CLOEXEC))});
}

TEST(PlaceOfRanks, WhatIsSentComesBeforeARank) {
  send_place(pair.ours.get(), {"/home", Fd(open("/dev/null", O_RDONLY | O_CLOEXEC))});
  const auto place = await_place(pair.theirs.get(), hellos);
  STRCMP_EQUAL("/home", place->cwd.c_str());
  CHECK_FALSE(place->rank.has_value());
}

TEST(PlaceOfRanks, ARankThatWaitsIsSeenWhereItIs) {
  rank = say_hello_in("/usr", true);
  const auto place = place_of_a_rank(hellos);
  STRCMP_EQUAL("/usr", place->cwd.c_str());
  LONGS_EQUAL(rank, place->rank->pid);
  struct stat theirs, ours;
  LONGS_EQUAL(0, fstat(place->mount_namespace.get(), &theirs));
  LONGS_EQUAL(0, stat("/proc/self/ns/mnt", &ours));
  LONGS_EQUAL(ours.st_ino, theirs.st_ino);
}

// slurmstepd may hold the socket on which it would have sent (SlurmdParameters=contain_spank).
TEST(PlaceOfRanks, ARankThatIsKilledBeforeItSendsIsNotWaitedFor) {
  rank = say_hello_in("/usr", true);
  STRCMP_EQUAL("/usr", await_place(pair.theirs.get(), hellos)->cwd.c_str());
}

TEST(PlaceOfRanks, ARankThatHasEndedStandsNowhere) {
  const pid_t ended = say_hello_in("/bin", false);
  siginfo_t info;
  waitid(P_PID, ended, &info, WEXITED | WNOWAIT);  // nobody has reaped it
  rank = say_hello_in("/usr", true);
  STRCMP_EQUAL("/usr", place_of_a_rank(hellos)->cwd.c_str());
  waitpid(ended, nullptr, 0);
}
