// SPDX-License-Identifier: BSD-3-Clause

// Ranks that are processes of a mount namespace in which a tmpfs stands for the container's /dev, and files for device
// nodes. Needs root, who mounts it.
#include "helper/enter/rank_gpus.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/unit/in_child.h"
#include "tests/unit/made_up_gpus.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using gpu::bit;
using topology::GpuBind;

namespace {

// What Slurm tells a rank; nullptr: nothing.
struct RankGpus {
  const char* step_gpus;
  const char* on_node;
  const char* local_rank;
};

}  // namespace

TEST_GROUP(EnterGpus) {
  GpuVariables variables;
  TablePointer node = nvidia_node(3);
  Decisions decisions;
  bool root = geteuid() == 0;
  std::unique_ptr<gpu::Meeting> meeting = std::make_unique<gpu::Meeting>();  // before the first rank comes
  bool is_attacked = false;

  void setup() override {
    if (!root) printf("skipped: needs root\n");
    node->ranks = 1;
    decisions.shows_gpus = true;
    decisions.gpu_bind = GpuBind::kOrder;
    add_shared(*node, "nvidiactl", topology::kNvidia);
  }
  static int memory(const void* bytes, size_t size) {
    const int descriptor = memfd_create("test", 0);
    if (descriptor < 0 || write(descriptor, bytes, size) != static_cast<ssize_t>(size)) _exit(90);
    return descriptor;
  }
  void make_dev() const {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("test", "/dev", "tmpfs", 0, "mode=0755") != 0) {
      _exit(91);
    }
    const std::string hidden = std::string("/dev/") + gpu::kHidden;
    std::filesystem::create_directory(hidden);
    for (int i = 0; i < node->gpus; ++i) std::ofstream(hidden + "/" + node->gpu[i].name);
    for (int i = 0; i < node->companions; ++i) std::ofstream(hidden + "/" + node->companion[i].name);
  }
  // "rank 0: 1,0 of nvidia0 nvidia1 nvidiactl": its CUDA_VISIBLE_DEVICES and what is in /dev afterwards.
  void take(const RankGpus& slurm, int table, int meeting) const {
    GpuVariables::clear();
    if (slurm.step_gpus) {
      setenv("SLURM_STEP_GPUS", slurm.step_gpus, 1);
      GpuVariables::set_of_vendors(slurm.step_gpus);
    }
    if (slurm.on_node) setenv("SLURM_GPUS_ON_NODE", slurm.on_node, 1);
    if (slurm.local_rank) setenv("SLURM_LOCALID", slurm.local_rank, 1);
    take_gpus(read_gpus(table, meeting), decisions);
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator("/dev")) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    const char* const words = getenv("CUDA_VISIBLE_DEVICES");
    std::string line =
        std::string("rank ") + (slurm.local_rank ? slurm.local_rank : "") + ": " + (words ? words : "-") + " of";
    for (const std::string& name : names) line += " " + name;
    fprintf(stderr, "%s\n", line.c_str());
  }
  // All of a node's ranks; each starts when the one before it has been given time to wait for it.
  Ended run_ranks(const std::vector<RankGpus>& ranks) {
    return in_child([&] {
      make_dev();
      const int table = memory(node.get(), sizeof *node), place = memory(meeting.get(), sizeof *meeting);
      const pid_t hostile = is_attacked ? fork() : -1;
      if (hostile == 0) attack(place);
      if (hostile > 0) usleep(20000);
      std::vector<pid_t> processes;
      for (const RankGpus& rank : ranks) {
        const pid_t process = fork();
        if (process == 0) {
          alarm(60);
          take(rank, table, place);
          _exit(0);
        }
        processes.push_back(process);
        if (ranks.size() > 1) usleep(100000);
      }
      int all = 0;
      for (const pid_t process : processes) {
        int status = -1;
        waitpid(process, &status, 0);
        all = std::max(all, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
      }
      if (hostile > 0) {
        kill(hostile, SIGKILL);
        waitpid(hostile, nullptr, 0);
      }
      _exit(all);
    });
  }
  // What any process of the step's user can do.
  [[noreturn]] static void attack(int descriptor) {
    alarm(60);
    auto* const meeting = static_cast<gpu::Meeting*>(
        mmap(nullptr, sizeof(gpu::Meeting), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0));
    __atomic_store_n(&meeting->seated, topology::kMostRanks - 1, __ATOMIC_RELEASE);  // whoever comes decides at once
    for (;;) {
      for (auto& seen : meeting->seen) __atomic_store_n(&seen.count, 0x20000000, __ATOMIC_RELAXED);
    }
  }
  void check(const std::vector<RankGpus>& ranks, const char* lines) {
    if (!root) return;
    const Ended ended = run_ranks(ranks);
    LONGS_EQUAL(0, ended.exit_code);
    STRCMP_CONTAINS(lines, ended.output.c_str());
  }
};

TEST(EnterGpus, ARankHasWhatItsStepHas) { check({{"0,2", "2", "0"}}, "rank 0: 0,1 of nvidia0 nvidia2 nvidiactl\n"); }

TEST(EnterGpus, TheRanksOfAStepAreShownTheSame) {
  node->ranks = 2;
  check({{"0,1", "2", "0"}, {"0,1", "2", "1"}}, "rank 0: 0,1 of nvidia0 nvidia1 nvidiactl\n");
}

TEST(EnterGpus, RanksWithGpusOfTheirOwnAreShownThoseOfAll) {
  node->ranks = 2;
  check({{"0", "2", "0"}, {"2", "2", "1"}}, "rank 1: 1 of nvidia0 nvidia2 nvidiactl\n");
}

// Slurm may not say how many GPUs the step has: then they may be more than the rank's.
TEST(EnterGpus, RanksThatDoNotKnowWhatOthersHaveMeetThem) {
  node->ranks = 2;
  check({{"0", nullptr, "0"}, {"2", nullptr, "1"}}, "rank 0: 0 of nvidia0 nvidia2 nvidiactl\n");
  check({{"0", nullptr, "0"}, {"2", nullptr, "1"}}, "rank 1: 1 of nvidia0 nvidia2 nvidiactl\n");
}

// srun --gpu-bind=mask_gpu:3,1: what the one has that has all is not dealt out by the one that has not.
TEST(EnterGpus, ARankThatWasGivenAllKeepsAll) {
  node->ranks = 2;
  for (const GpuBind bind : {GpuBind::kOrder, GpuBind::kClosest}) {
    decisions.gpu_bind = bind;
    check({{"0,1", "2", "0"}, {"0", "2", "1"}}, "rank 0: 0,1 of nvidia0 nvidia1 nvidiactl\n");
    check({{"0", "2", "1"}, {"0,1", "2", "0"}}, "rank 0: 0,1 of nvidia0 nvidia1 nvidiactl\n");
    check({{"0,1", "2", "0"}, {"0", "2", "1"}}, "rank 1: 0 of nvidia0 nvidia1 nvidiactl\n");
  }
}

TEST(EnterGpus, ClosestDealsOut) {
  node->ranks = 3;
  decisions.gpu_bind = GpuBind::kClosest;
  check({{"0,1,2", "3", "0"}, {"0,1,2", "3", "1"}, {"0,1,2", "3", "2"}},
        "rank 2: 2 of nvidia0 nvidia1 nvidia2 nvidiactl\n");
}

TEST(EnterGpus, MoreRanksThanCanMeetAreEachOnTheirOwn) {
  node->ranks = topology::kMostRanks + 1;
  check({{"1", "3", "512"}}, "rank 512: 0 of .slipway nvidia1 nvidiactl\n");
}

// What the others decided without it.
TEST(EnterGpus, ARankThatComesLateHasItsOwn) {
  node->ranks = 2;
  meeting->state = 2;
  meeting->shown = bit(0);
  meeting->seen[1] = list_of({0});
  check({{"2", "2", "1"}}, "rank 1: 1 of .slipway nvidia2 nvidiactl\n");
}

TEST(EnterGpus, WhatOthersWroteIntoTheMeetingIsChecked) {
  node->ranks = 2;
  constexpr char kAll[] = "rank 0: 0,1 of .slipway nvidia0 nvidia1 nvidiactl\n";
  meeting->state = 77;
  check({{"0,1", "2", "0"}}, kAll);
  meeting->state = 2;
  for (const std::vector<int>& wild : {std::vector<int>{3}, {64, 0}, {255}, {2}, {}}) {
    meeting->seen[0] = list_of(wild);
    check({{"0,1", "2", "0"}}, kAll);
  }
  meeting->seen[0].count = -1;
  check({{"0,1", "2", "0"}}, kAll);
  // What is shown is believed: who lies about it takes devices from ranks of their own.
  meeting->seen[0] = list_of({0, 1});
  meeting->shown = ~gpu::Mask{0};
  check({{"0,1", "2", "0"}}, "rank 0: 0,1 of .slipway\n");
}

TEST(EnterGpus, AWildNumberOfTheRankDoesNoHarm) {
  check({{"0,1", "2", "-1"}}, "rank -1: 0,1 of nvidia0 nvidia1 nvidiactl\n");
  node->ranks = 2;
  check({{"0", "2", "-1"}}, "rank -1: 0 of .slipway nvidia0 nvidiactl\n");
}

TEST(EnterGpus, AStepWithoutGpusIsShownNone) { check({{nullptr, nullptr, "0"}}, "rank 0: - of\n"); }

TEST(EnterGpus, WhereTheSiteShowsNoneItIsNoErrorThatSomeWereGranted) {
  decisions.shows_gpus = false;
  node->gpus = node->companions = 0;  // a table that is there for NICs
  check({{"0,1", "2", "0"}}, "rank 0: 0,1 of\n");
}

TEST(EnterGpus, WhatWasGrantedAndIsNotThereEndsTheRank) {
  if (!root) return;
  constexpr char kSentence[] =
      "GPU 3: Slurm granted it, and this node has no device for it in /dev; ask the admin to load";
  const Ended ended = run_ranks({{"0,3", "2", "0"}});
  LONGS_EQUAL(1, ended.exit_code);
  STRCMP_CONTAINS(kSentence, ended.output.c_str());
  node->gpus = node->companions = 0;
  STRCMP_CONTAINS(kSentence, run_ranks({{"3", "1", "0"}}).output.c_str());
}

TEST(EnterGpus, WithoutATableWhatWasGrantedEndsTheRank) {
  const auto take = [&](const char* step_gpus) {
    setenv("SLURM_STEP_GPUS", step_gpus, 1);
    return in_child([&] { take_gpus(Gpus{}, decisions); });
  };
  LONGS_EQUAL(0, take("").exit_code);
  LONGS_EQUAL(0, take("NoDevFiles").exit_code);
  const Ended ended = take("2,3");
  LONGS_EQUAL(1, ended.exit_code);
  STRCMP_CONTAINS("GPU 2: Slurm granted it", ended.output.c_str());
  decisions.shows_gpus = false;
  LONGS_EQUAL(0, take("2,3").exit_code);
}

TEST(EnterGpus, WhoWritesIntoTheMeetingHarmsNobodysMemory) {
  if (!root) return;
  node = nvidia_node(64);
  node->ranks = topology::kMostRanks;
  is_attacked = true;
  for (int round = 0; round < 10; ++round) LONGS_EQUAL(0, run_ranks({{"0-63", "64", "0"}}).exit_code);
}
