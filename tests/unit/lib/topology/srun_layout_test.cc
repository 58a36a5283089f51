// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/srun_layout.h"

#include <string>

#include "lib/base/error.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::topology;

// Two packages of three cores with two threads each: CPU 6 is beside CPU 0, and so on.
TEST_GROUP(SrunLayout) {
  Node node;

  void setup() override {
    for (int package = 0; package < 2; ++package) {
      node.packages.emplace_back();
      for (int core = package * 3; core < package * 3 + 3; ++core) {
        node.packages[package].cores.push_back({core, core + 6});
      }
    }
  }
  std::string layout(int ranks, int cpus_per_rank, Distribution distribution) const {
    std::string all;
    for (const CpuSet& cpus : lay_out(node, ranks, cpus_per_rank, distribution)) {
      char text[64];
      all += cpus.write_list(text, sizeof text) + std::string(" ");
    }
    return all;
  }
};

TEST(SrunLayout, BlocksFillOnePackageAfterTheOther) {
  STRCMP_EQUAL("0,6 1,7 2,8 3,9 ", layout(4, 2, Distribution::kBlock).c_str());
  STRCMP_EQUAL("0-1,6-7 3-4,9-10 2,5,8,11 ", layout(3, 4, Distribution::kBlock).c_str());
}

TEST(SrunLayout, CyclicTakesPackagesInTurn) {
  STRCMP_EQUAL("0,6 3,9 1,7 4,10 ", layout(4, 2, Distribution::kCyclic).c_str());
  STRCMP_EQUAL("0 3 6 9 ", layout(4, 1, Distribution::kCyclic).c_str());
}

TEST(SrunLayout, ARankThatIsLargerThanAPackageHasSomeOfEach) {
  STRCMP_EQUAL("0-3,6-9 ", layout(1, 8, Distribution::kBlock).c_str());
}

TEST(SrunLayout, RanksGetAllThatThereIsInWholeCores) {
  LONGS_EQUAL(12, cpus_for_each(node, 1));
  LONGS_EQUAL(6, cpus_for_each(node, 2));
  LONGS_EQUAL(4, cpus_for_each(node, 3));
  LONGS_EQUAL(2, cpus_for_each(node, 5));
  LONGS_EQUAL(1, cpus_for_each(node, 12));
  LONGS_EQUAL(1, cpus_for_each(node, 100));
}

TEST(SrunLayout, MoreRanksThanCpusShareThem) {
  STRCMP_CONTAINS("0 0 6 6 1 1 7 7 2 2 8 8 3 3 ", layout(24, 1, Distribution::kBlock).c_str());
  STRCMP_CONTAINS("0 3 6 9 1 4 7 10 2 5 8 11 0 3 ", layout(24, 1, Distribution::kCyclic).c_str());
}

TEST(SrunLayout, TooFewCpusAreAnError) {
  try {
    lay_out(node, 4, 4, Distribution::kBlock);
    FAIL("4 times 4 of 12");
  } catch (const Error& error) {
    STRCMP_EQUAL("4 ranks of 4 CPUs: the node has 12 CPUs that may be used; ask for fewer", error.what());
  }
}
