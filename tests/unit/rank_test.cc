#include "helper/rank.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "helper/channel.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

// This process is slurmstepd and stage at once.
TEST_GROUP(Rank) {
  SocketPair pair = socket_pair();

  void setup() override { expect_ranks(pair.theirs.get()); }
  void say_hello() const { CHECK_EQUAL(1, send(pair.ours.get(), "\1", 1, 0)); }
  static pid_t child(const std::function<void()>& body) {
    const pid_t pid = fork();
    if (pid != 0) return pid;
    body();
    _exit(0);
  }
};

TEST(Rank, IsAChildOfSlurmstepdWhoeverElseSpeaks) {
  say_hello();
  const pid_t rank = child([&] { say_hello(); });
  const auto met = await_rank(pair.theirs.get(), getpid());
  CHECK(met.has_value());
  LONGS_EQUAL(rank, met->pid);
  CHECK(is_alive(*met));
  waitpid(rank, nullptr, 0);
  CHECK_FALSE(is_alive(*met));
}

TEST(Rank, NoneComesWhenSlurmstepdIsGone) {
  const pid_t slurmstepd = child([] {});
  waitpid(slurmstepd, nullptr, 0);
  CHECK_FALSE(await_rank(pair.theirs.get(), slurmstepd).has_value());
}

TEST(Rank, WhoSpeaksWithoutEndKeepsNobodyWhenSlurmstepdIsGone) {
  const pid_t slurmstepd = child([] {});
  waitpid(slurmstepd, nullptr, 0);
  const pid_t flood = child([&] {
    while (send(pair.ours.get(), "\1", 1, MSG_NOSIGNAL) == 1) continue;
  });
  CHECK_FALSE(await_rank(pair.theirs.get(), slurmstepd).has_value());
  kill(flood, SIGKILL);
  waitpid(flood, nullptr, 0);
}
