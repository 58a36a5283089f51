#include "topology/slurm_cpus.h"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace slipway::topology;

TEST_GROUP(SlurmCpus) {
  // The lists of all ranks, each with a blank behind it.
  static std::string read(const char* type, const char* list, int ranks) {
    std::vector<CpuSet> cpus(ranks);
    cpus[0].add(7);  // what was there does not count
    read_slurm_cpus(type, list, ranks, cpus.data());
    std::string all;
    for (const CpuSet& of_rank : cpus) {
      char text[64];
      all += of_rank.write_list(text, sizeof text) + std::string(" ");
    }
    return all;
  }
};

TEST(SlurmCpus, MasksAndNumbers) {
  STRCMP_EQUAL("0-1 2-3 ", read("mask_cpu:", "0x3,0xC", 2).c_str());
  STRCMP_EQUAL("4 0 16 ", read("map_cpu:", "4,0,0x10", 3).c_str());
}

TEST(SlurmCpus, AListMayRepeatAndStartOver) {
  STRCMP_EQUAL("0 0 1 0 0 1 0 ", read("mask_cpu:", "0x1*2,0x2", 7).c_str());
  STRCMP_EQUAL("3 3 ", read("map_cpu:", "3*9,1", 2).c_str());
}

TEST(SlurmCpus, OtherwiseTheyAreUnknown) {
  STRCMP_EQUAL("  ", read("none", "0x1", 2).c_str());
  STRCMP_EQUAL("  ", read(nullptr, "0x1", 2).c_str());
  STRCMP_EQUAL("  ", read("mask_cpu:", nullptr, 2).c_str());
  for (const char* list : {"", "zz", "0x1,zz", "0x1*0", "0x1*x"}) {
    STRCMP_EQUAL("   ", read("mask_cpu:", list, 3).c_str());
  }
  STRCMP_EQUAL("  ", read("map_cpu:", "1 2", 2).c_str());
}
