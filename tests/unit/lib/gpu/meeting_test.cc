// SPDX-License-Identifier: BSD-3-Clause

// With processes that share a mapping, as ranks share a memfd.
#include "lib/gpu/meeting.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>

#include "tests/unit/made_up_gpus.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::gpu;

namespace {

constexpr int kUndecided = -1;

// What the processes of a test leave to it.
struct Result {
  bool is_agreed;
  Agreement agreement;
};
struct Shared {
  Meeting meeting;
  int decisions;
  int seats_when_decided;
  int decider;
  bool is_slow, dies;
  Result result[topology::kMostRanks];
};

struct Context {
  Shared* shared;
  int rank;
};

// Rank I sees GPU I, modulo 64.
void decide(Meeting& meeting, void* context) {
  const auto& [shared, rank] = *static_cast<Context*>(context);
  __atomic_add_fetch(&shared->decisions, 1, __ATOMIC_ACQ_REL);
  shared->decider = rank;
  if (shared->dies) _exit(9);
  if (shared->is_slow) usleep(200000);
  shared->seats_when_decided = 0;
  for (int i = 0; i < topology::kMostRanks; ++i) {
    shared->seats_when_decided += meeting.seat[i].is_taken != 0;
    meeting.seen[i].count = 1;
    meeting.seen[i].gpu[0] = i % topology::kMostGpus;
  }
}

double seconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

}  // namespace

TEST_GROUP(GpuMeeting) {
  Shared* shared = nullptr;
  std::vector<pid_t> processes;

  void setup() override {
    void* const memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    shared = static_cast<Shared*>(memory);
    shared->decider = kUndecided;
  }
  void teardown() override { munmap(shared, sizeof *shared); }

  Result meet_as(int rank, int ranks, int patience = 10) const {
    Context context{shared, rank};
    Result result{};
    Sitting sitting{rank, ranks, bit(rank & 63), {}};
    sitting.cpus.add(rank);
    sitting.patience = patience;
    result.is_agreed = meet(shared->meeting, sitting, decide, &context, &result.agreement);
    return result;
  }
  void start(int rank, int ranks, int patience = 10) {
    const pid_t process = fork();
    if (process == 0) {
      alarm(30);
      shared->result[rank] = meet_as(rank, ranks, patience);
      _exit(0);
    }
    processes.push_back(process);
  }
  // The number of those that ended as they should.
  int wait() {
    int good = 0;
    for (const pid_t process : processes) {
      int status = -1;
      good += waitpid(process, &status, 0) == process && status == 0;
    }
    processes.clear();
    return good;
  }
  void check_agreed(int rank, Mask shown) const {
    const Result& result = shared->result[rank];
    CHECK_TRUE(result.is_agreed);
    CHECK_TRUE(result.agreement.shown == shown);
    STRCMP_EQUAL(std::to_string(rank % topology::kMostGpus).c_str(), text_of(result.agreement.seen).c_str());
  }
};

TEST(GpuMeeting, OneDecidesForAllWhenTheLastHasCome) {
  for (const int ranks : {1, 2, 8, 64}) {
    memset(static_cast<void*>(shared), 0, sizeof *shared);
    for (int rank = 0; rank < ranks; ++rank) start(rank, ranks);
    LONGS_EQUAL(ranks, wait());
    LONGS_EQUAL(1, shared->decisions);
    LONGS_EQUAL(ranks, shared->seats_when_decided);
    for (int rank = 0; rank < ranks; ++rank) check_agreed(rank, ranks == 64 ? ~Mask{0} : bit(ranks) - 1);
  }
}

TEST(GpuMeeting, TheLastToComeDecides) {
  start(0, 3);
  start(2, 3);
  while (__atomic_load_n(&shared->meeting.seated, __ATOMIC_ACQUIRE) < 2) usleep(1000);
  LONGS_EQUAL(0, shared->decisions);
  start(1, 3);
  LONGS_EQUAL(3, wait());
  LONGS_EQUAL(1, shared->decider);
  LONGS_EQUAL(1, shared->decisions);
}

TEST(GpuMeeting, NobodyGoesOnBeforeItIsDecided) {
  shared->is_slow = true;
  for (int rank = 0; rank < 8; ++rank) start(rank, 8);
  LONGS_EQUAL(8, wait());
  for (int rank = 0; rank < 8; ++rank) check_agreed(rank, 0xff);
}

TEST(GpuMeeting, TheSeatsSayWhatEachOneHas) {
  start(0, 2);
  start(1, 2);
  LONGS_EQUAL(2, wait());
  for (int rank = 0; rank < 2; ++rank) {
    CHECK_TRUE(shared->meeting.seat[rank].granted == bit(rank));
    CHECK_TRUE(shared->meeting.seat[rank].cpus.has(rank));
  }
}

TEST(GpuMeeting, WhoNeverComesIsNotWaitedForForEver) {
  start(0, 3, 1);
  start(1, 3, 1);
  LONGS_EQUAL(2, wait());
  LONGS_EQUAL(1, shared->decisions);
  LONGS_EQUAL(2, shared->seats_when_decided);
  check_agreed(0, 0b011);
  check_agreed(1, 0b011);
}

TEST(GpuMeeting, WhoComesLateGetsWhatWasDecidedWithoutThem) {
  start(0, 2, 1);
  LONGS_EQUAL(1, wait());
  const double before = seconds();
  start(1, 2);
  LONGS_EQUAL(1, wait());
  CHECK(seconds() - before < 5);
  LONGS_EQUAL(1, shared->decisions);
  check_agreed(1, 0b01);  // without its own
}

TEST(GpuMeeting, WhenTheOneWhoDecidesDiesEachIsOnItsOwn) {
  shared->dies = true;
  start(0, 3, 1);
  start(1, 3, 1);
  start(2, 3, 1);
  LONGS_EQUAL(2, wait());
  LONGS_EQUAL(1, shared->decisions);
  for (int rank = 0; rank < 3; ++rank) CHECK_FALSE(shared->result[rank].is_agreed);
}

TEST(GpuMeeting, ImpossibleRanksHaveNoSeat) {
  for (const auto& [rank, ranks] : {std::pair(-1, 2),
                                    {2, 2},
                                    {0, 0},
                                    {0, -1},
                                    {512, 512},
                                    {1 << 30, 2},
                                    {0, topology::kMostRanks + 1},
                                    {-2147483647 - 1, 2}}) {
    CHECK_FALSE(meet_as(rank, ranks).is_agreed);
  }
  LONGS_EQUAL(0, shared->meeting.seated);
}

TEST(GpuMeeting, AsManyAsThereAreSeats) {
  for (int rank = 0; rank < topology::kMostRanks; ++rank) shared->meeting.seat[rank].is_taken = 1;
  shared->meeting.seated = topology::kMostRanks - 1;
  CHECK_TRUE(meet_as(topology::kMostRanks - 1, topology::kMostRanks).is_agreed);
}

TEST(GpuMeeting, TwoInOneSeatDoNotMeetForEver) {
  start(0, 2, 1);
  start(0, 2, 1);
  LONGS_EQUAL(2, wait());
  LONGS_EQUAL(1, shared->decisions);
}

TEST(GpuMeeting, ListsThatCannotBeAreNotTaken) {
  CHECK_TRUE(meet_as(0, 1).is_agreed);
  for (const int count : {-1, 65, 255, 1 << 30}) {
    shared->meeting.seen[0].count = count;
    CHECK_FALSE(meet_as(0, 1).is_agreed);
  }
  shared->meeting.seen[0].count = topology::kMostGpus;
  CHECK_TRUE(meet_as(0, 1).is_agreed);
}

TEST(GpuMeeting, AWildStateEndsIt) {
  for (const uint32_t state : {3u, 255u, ~0u}) {
    shared->meeting.state = state;
    CHECK_FALSE(meet_as(0, 2).is_agreed);
  }
  LONGS_EQUAL(0, shared->decisions);
  shared->meeting.state = 1;  // one decides, and never will
  CHECK_FALSE(meet_as(0, 2, 0).is_agreed);
}

TEST(GpuMeeting, WildSeatCountsDoNotHoldItUp) {
  for (const uint32_t seated : {~0u, 0x7fffffffu, 0x80000000u, 1000u}) {
    memset(static_cast<void*>(shared), 0, sizeof *shared);
    shared->meeting.seated = seated;
    CHECK_TRUE(meet_as(0, 2, 0).is_agreed);
    LONGS_EQUAL(1, shared->decisions);
  }
}

TEST(GpuMeeting, AnyBytesMayBeThere) {
  srand(1);
  for (int round = 0; round < 300; ++round) {
    auto* const bytes = reinterpret_cast<unsigned char*>(&shared->meeting);
    for (size_t i = 0; i < sizeof(Meeting); ++i) bytes[i] = round < 256 ? round : rand();
    if (round % 2) shared->meeting.state = round % 3;
    const Result result = meet_as(round % 4, 4, 0);
    if (result.is_agreed) CHECK(result.agreement.seen.count >= 0 && result.agreement.seen.count <= topology::kMostGpus);
  }
}

// Who writes into it all the time cannot hold up the others for longer than they are patient, twice.
TEST(GpuMeeting, AMeetingThatChangesAllTheTimeEnds) {
  const pid_t hostile = fork();
  if (hostile == 0) {
    alarm(30);
    for (unsigned i = 0;; ++i) __atomic_store_n(&shared->meeting.state, i % 2, __ATOMIC_RELEASE);
  }
  const double before = seconds();
  for (int rank = 0; rank < 2; ++rank) start(rank, 3, 1);
  LONGS_EQUAL(2, wait());
  CHECK(seconds() - before < 5);
  kill(hostile, SIGKILL);
  waitpid(hostile, nullptr, 0);
}
