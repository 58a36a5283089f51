// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/cpu_set.h"

#include <string>

#include <CppUTest/TestHarness.h>

using namespace slipway::topology;

TEST_GROUP(CpuSet) {
  static std::string list(const CpuSet& cpus) {
    char text[256];
    return cpus.write_list(text, sizeof text);
  }
  static std::string mask(const char* text) {
    CpuSet cpus;
    return cpus.read_mask(text, ",") ? list(cpus) : "no mask";
  }
};

TEST(CpuSet, ListsAreReadAndWrittenAsTheKernelDoes) {
  CpuSet cpus;
  for (const char* text : {"", "0", "0-3,8", "63-64,2047"}) {
    CHECK_TRUE(cpus.read_list(text));
    STRCMP_EQUAL(text, list(cpus).c_str());
  }
  for (const char* text : {"-1", "3-1", "1,", "1;2", "a", "1-", "1 2"}) CHECK_FALSE_TEXT(cpus.read_list(text), text);
}

TEST(CpuSet, MasksAreReadAsSlurmWritesThem) {
  STRCMP_EQUAL("0-3", mask("0x0F").c_str());
  STRCMP_EQUAL("0-3", mask("f,0xF0").c_str());
  STRCMP_EQUAL("64,68-69", mask("0x310000000000000000").c_str());
  for (const char* text : {"", "0x", "0xg", ",0x1", "0x1 "}) STRCMP_EQUAL("no mask", mask(text).c_str());
}

TEST(CpuSet, CpusThatCannotBeAreLeftOut) {
  CpuSet cpus;
  CHECK_TRUE(cpus.read_list("1,2046-5000"));
  STRCMP_EQUAL("1,2046-2047", list(cpus).c_str());
  STRCMP_EQUAL("2047", mask(("8" + std::string(511, '0')).c_str()).c_str());
  STRCMP_EQUAL("", mask(("1" + std::string(512, '0')).c_str()).c_str());
}

TEST(CpuSet, AListThatIsTooLongEndsWithAWholeRange) {
  CpuSet cpus;
  char text[8];
  CHECK_TRUE(cpus.read_list("0,2,4-5,10-12"));
  STRCMP_EQUAL("0,2,4-5", cpus.write_list(text, sizeof text));
}

TEST(CpuSet, CountsWhatIsInBoth) {
  CpuSet one, other;
  CHECK_TRUE(one.read_list("0-9,100"));
  CHECK_TRUE(other.read_list("8-12,100"));
  LONGS_EQUAL(11, one.count());
  LONGS_EQUAL(3, one.count_common(other));
}
