// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/gpu_binding.h"

#include <memory>
#include <string>
#include <vector>

#include "lib/topology/nic_binding.h"
#include "lib/topology/rank_line.h"

#include <CppUTest/TestHarness.h>

#include "tests/unit/cpu_list.h"

using namespace slipway::topology;

// Two packages of CPUs 0-3 and 4-7; GPUs 0 and 2 are in the second, 1 and 3 in the first. NIC 0 shares a bridge with
// GPU 0, NIC 1 is near to 1 and 3.
TEST_GROUP(GpuBinding) {
  std::unique_ptr<Locality> node = std::make_unique<Locality>();

  void setup() override {
    const char* const cpus[] = {"0-7", "0-3", "4-7"};
    for (const char* list : cpus) {
      Region& region = node->region[node->regions++];
      region.cpus = cpus_in(list);
      region.depth = node->regions > 1 ? 1 : 0;
    }
    for (const int region : {2, 1, 2, 1}) node->gpu[node->gpus++].region = region;
    node->nics = 2;
    node->nic[0] = {"mlx5_0", "", 2, false, {0, 3, 2, 3}};
    node->nic[1] = {"mlx5_1", "", 1, false, {3, 2, 3, 2}};
  }
  static std::string text(const GpuList& list) {
    std::string text;
    for (int i = 0; i < list.count; ++i) text += std::to_string(list.gpu[i]);
    return text;
  }
  // What each rank sees, with a blank behind it.
  std::string bind(GpuBind mode, const std::vector<const char*>& lists,
                   const std::vector<int>& granted = {0, 1, 2, 3}) {
    std::vector<CpuSet> sets;
    for (const char* list : lists) sets.push_back(cpus_in(list));
    Step step{static_cast<int>(sets.size()), sets.data(), {}};
    for (const int gpu : granted) step.granted.add(gpu);
    std::vector<GpuList> seen(sets.size());
    CHECK_TRUE(bind_gpus(*node, step, mode, seen.data()));
    std::string all;
    for (const GpuList& list : seen) all += text(list) + " ";
    return all;
  }
  std::string nics(const char* list, const std::vector<int>& own) const {
    GpuList gpus;
    for (const int gpu : own) gpus.add(gpu);
    const NicList found = nearest_nics(*node, cpus_in(list), gpus);
    std::string text;
    for (int i = 0; i < found.count; ++i) text += std::to_string(found.nic[i]);
    return text;
  }
};

TEST(GpuBinding, DistanceIsTheLevelsThatCpusAreAwayOnAverage) {
  LONGS_EQUAL(0, distances(*node, cpus_in("0-3")).to_region[1]);
  LONGS_EQUAL(kLevel, distances(*node, cpus_in("0-3")).to_region[2]);
  LONGS_EQUAL(kLevel / 4, distances(*node, cpus_in("0-2,4")).to_region[1]);
  LONGS_EQUAL(kLevel, distances(*node, cpus_in("0-7")).to_region[0]);  // what is attached to the machine is near to none
  LONGS_EQUAL(kLevel, distances(*node, cpus_in("99")).to_region[1]);   // a CPU that was not there
  LONGS_EQUAL(0, distances(*node, cpus_in("")).to_region[1]);
}

TEST(GpuBinding, InOrderDeviceIOfAllRanksIsNearToRankI) {
  STRCMP_EQUAL("1032 1032 1032 1032 ", bind(GpuBind::kOrder, {"0-1", "4-5", "2-3", "6-7"}).c_str());
  STRCMP_EQUAL("1023 1023 ", bind(GpuBind::kOrder, {"0", "4"}).c_str());
}

TEST(GpuBinding, InOrderMoreRanksThanGpusShareThem) {
  STRCMP_EQUAL("10 10 10 10 ", bind(GpuBind::kOrder, {"0", "4", "1", "5"}, {0, 1}).c_str());
  // Ranks 0 and 2 disagree, so that rank 1 decides.
  STRCMP_EQUAL("01 01 01 ", bind(GpuBind::kOrder, {"0", "0", "4"}, {0, 1}).c_str());
}

TEST(GpuBinding, WhereAllIsEquallyNearTheOrderIsSlurms) {
  STRCMP_EQUAL("0123 0123 ", bind(GpuBind::kOrder, {"", ""}).c_str());
  STRCMP_EQUAL("0123 0123 ", bind(GpuBind::kOrder, {"0-7", "0-7"}).c_str());
  STRCMP_EQUAL("31 31 ", bind(GpuBind::kOrder, {"0-7", ""}, {3, 1}).c_str());
}

TEST(GpuBinding, ClosestSharesEvenly) {
  STRCMP_EQUAL("13 02 ", bind(GpuBind::kClosest, {"0-3", "4-7"}).c_str());
  STRCMP_EQUAL("02 13 ", bind(GpuBind::kClosest, {"4-7", "0-3"}).c_str());
  STRCMP_EQUAL("1 3 02 ", bind(GpuBind::kClosest, {"0", "1", "4"}).c_str());
  STRCMP_EQUAL("1 1 0 0 1 ", bind(GpuBind::kClosest, {"0", "1", "4", "5", "2"}, {0, 1}).c_str());
}

TEST(GpuBinding, OfAShareTheNearestComesFirst) {
  STRCMP_EQUAL("1302 ", bind(GpuBind::kClosest, {"0"}).c_str());
}

TEST(GpuBinding, NoneIsAsSlurmHasIt) { STRCMP_EQUAL("20 20 ", bind(GpuBind::kNone, {"0", "4"}, {2, 0}).c_str()); }

TEST(GpuBinding, AStepMayHaveNoGpu) {
  for (const GpuBind mode : {GpuBind::kOrder, GpuBind::kClosest, GpuBind::kNone}) {
    STRCMP_EQUAL("  ", bind(mode, {"0", "4"}, {}).c_str());
  }
}

TEST(GpuBinding, TooManyRanksAreLeftAsTheyAre) {
  const std::vector<CpuSet> sets(kMostRanks + 1);
  std::vector<GpuList> seen(sets.size());
  CHECK_FALSE(bind_gpus(*node, {kMostRanks + 1, sets.data(), {}}, GpuBind::kOrder, seen.data()));
}

TEST(GpuBinding, ARankUsesItsShareOrTheDeviceOfItsNumber) {
  GpuList seen;
  for (const int gpu : {2, 0, 3}) seen.add(gpu);
  STRCMP_EQUAL("0", text(own_gpus(seen, GpuBind::kOrder, 4)).c_str());
  STRCMP_EQUAL("3", text(own_gpus(seen, GpuBind::kNone, 2)).c_str());
  STRCMP_EQUAL("203", text(own_gpus(seen, GpuBind::kClosest, 4)).c_str());
  STRCMP_EQUAL("", text(own_gpus(GpuList(), GpuBind::kOrder, 4)).c_str());
}

TEST(GpuBinding, TheNearestNicIsThatOfTheGpus) {
  STRCMP_EQUAL("0", nics("0-3", {0}).c_str());  // wherever the CPUs are
  STRCMP_EQUAL("01", nics("0-3", {2, 3}).c_str());
  STRCMP_EQUAL("1", nics("0-3", {}).c_str());
  STRCMP_EQUAL("01", nics("0-7", {}).c_str());
}

TEST(GpuBinding, ANicWhosePortsAreDownIsNearToNobody) {
  node->nic[0].is_down = true;
  STRCMP_EQUAL("1", nics("4-7", {0}).c_str());
  node->nic[1].is_down = true;
  STRCMP_EQUAL("", nics("4-7", {0}).c_str());
  node->nic[0] = node->nic[1];
  node->nic[0].is_down = false;
  STRCMP_EQUAL("0", nics("0-3", {1}).c_str());
}

TEST(GpuBinding, ARanksLineTellsWhatItGets) {
  GpuList seen, own;
  for (const int gpu : {1, 0, 3, 2}) seen.add(gpu);
  own.add(1);
  NicList near;
  near.nic[near.count++] = 1;
  char line[128];
  STRCMP_EQUAL("rank 4: cpus 0-1 gpu 1 of 1,0,3,2 nic mlx5_1",
               rank_line(*node, 4, cpus_in("0-1"), seen, own, near, line, sizeof line));
  STRCMP_EQUAL("rank 0: cpus 4 gpu 1 (1 level away)", rank_line(*node, 0, cpus_in("4"), own, own, {}, line, sizeof line));
  STRCMP_EQUAL("rank 0: cpus 3-4 gpu 1 (0.5 levels away)",
               rank_line(*node, 0, cpus_in("3-4"), own, own, {}, line, sizeof line));
  STRCMP_EQUAL("rank 0:", rank_line(*node, 0, CpuSet(), {}, {}, {}, line, sizeof line));
  STRCMP_EQUAL("rank 4: cp", rank_line(*node, 4, cpus_in("0-1"), seen, own, near, line, 11));
}
