// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/stand_in.h"

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include <CppUTest/TestHarness.h>

#include "lib/base/fd.h"
#include "lib/kernel/pipe.h"

using namespace slipway;

TEST_GROUP(StandIn) {
  static constexpr pid_t kSlurmstepd = 1;

  static siginfo_t sent_by(pid_t sender, int code = SI_USER) {
    siginfo_t signal{};
    signal.si_signo = SIGUSR1;
    signal.si_code = code;
    signal.si_pid = sender;
    return signal;
  }
  // The status of a stand-in whose rank does this, and what its parent does to it once the rank has begun.
  static int status_of(const std::function<void()>& rank, const std::function<void(pid_t)>& outside = [](pid_t) {}) {
    Pipe begun = make_pipe(), lifeline = make_pipe();
    const pid_t child = fork();
    if (child == 0) {
      const int held[] = {begun.read.get(), begun.write.get(), lifeline.read.get(), lifeline.write.get()};
      leave_stand_in(lifeline.write.get(), held, 4, false);
      (void)!write(begun.write.get(), "", 1);
      rank();
      _exit(0);
    }
    begun.write.reset();
    lifeline.write.reset();
    char byte;
    LONGS_EQUAL(1, read(begun.read.get(), &byte, 1));
    outside(child);
    int status = -1;
    LONGS_EQUAL(child, waitpid(child, &status, 0));
    LONGS_EQUAL(0, read(lifeline.read.get(), &byte, 1));  // nobody holds it any more
    return status;
  }
};

TEST(StandIn, WhatOneProcessSendsItIsRelayed) {
  Pipe told = make_pipe();
  const pid_t other = fork();  // in a group of its own
  if (other == 0) {
    setpgid(0, 0);
    (void)!write(told.write.get(), "", 1);
    pause();
  }
  char byte;
  LONGS_EQUAL(1, read(told.read.get(), &byte, 1));
  CHECK(is_to_be_relayed(sent_by(other), kSlurmstepd, false));
  CHECK(is_to_be_relayed(sent_by(other, SI_QUEUE), kSlurmstepd, false));
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  CHECK(is_to_be_relayed(sent_by(other), kSlurmstepd, false));  // gone already
  CHECK(is_to_be_relayed(sent_by(0), kSlurmstepd, false));      // of a pid namespace above
}

TEST(StandIn, WhatAllGetIsNot) {
  CHECK_FALSE(is_to_be_relayed(sent_by(0, SI_KERNEL), kSlurmstepd, false));
  CHECK_FALSE(is_to_be_relayed(sent_by(getpid()), kSlurmstepd, false));  // of its own group
  CHECK_FALSE(is_to_be_relayed(sent_by(kSlurmstepd), kSlurmstepd, false));
}

TEST(StandIn, SlurmstepdTellsTheBatchStepsFirstProcessAlone) {
  CHECK(is_to_be_relayed(sent_by(kSlurmstepd), kSlurmstepd, true));
}

TEST(StandIn, EndsAsTheRank) {
  LONGS_EQUAL(7, WEXITSTATUS(status_of([] { _exit(7); })));
  for (const int number : {SIGTERM, SIGKILL, SIGSEGV, SIGUSR1, SIGHUP}) {
    const int status = status_of([&] {
      signal(number, SIG_DFL);  // of a sanitizer
      kill(getpid(), number);
    });
    CHECK(WIFSIGNALED(status));
    LONGS_EQUAL(number, WTERMSIG(status));
  }
}

TEST(StandIn, TheRankHasTheSignalMaskItHad) {
  LONGS_EQUAL(0, status_of([] {
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, nullptr, &blocked);
    for (int number = 1; number < NSIG; ++number) {
      if (sigismember(&blocked, number) == 1) _exit(number);
    }
  }));
}

TEST(StandIn, RelaysToTheRank) {
  // The sender is a process of another group, as this one is to a rank in a group of its own.
  const int status = status_of([] { pause(); }, [](pid_t stand_in) {
    const pid_t sender = fork();
    if (sender == 0) {
      setpgid(0, 0);
      _exit(kill(stand_in, SIGTERM));
    }
    waitpid(sender, nullptr, 0);
  });
  CHECK(WIFSIGNALED(status));
  LONGS_EQUAL(SIGTERM, WTERMSIG(status));
}

TEST(StandIn, ItsDeathIsTheRanks) {
  Pipe alive = make_pipe();
  const int status = status_of([&] { pause(); }, [&](pid_t stand_in) {
    alive.write.reset();
    kill(stand_in, SIGKILL);
  });
  LONGS_EQUAL(SIGKILL, WTERMSIG(status));
  char byte;
  LONGS_EQUAL(0, read(alive.read.get(), &byte, 1));  // the rank held it
}
