// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/cpu_set.h"

#include <string>

#include <CppUTest/TestHarness.h>

#include "tests/unit/cpu_list.h"

using namespace slipway::topology;

TEST_GROUP(CpuSet) {
  static std::string list(const CpuSet& cpus) {
    char text[256];
    return cpus.write_list(text, sizeof text);
  }
};

TEST(CpuSet, ListsAreWrittenAsTheKernelDoes) {
  for (const char* text : {"", "0", "0-3,8", "63-64,2047"}) STRCMP_EQUAL(text, list(cpus_in(text)).c_str());
}

TEST(CpuSet, CpusThatCannotBeAreLeftOut) { STRCMP_EQUAL("1,2046-2047", list(cpus_in("1,2046-5000")).c_str()); }

TEST(CpuSet, AListThatIsTooLongEndsWithAWholeRange) {
  char text[8];
  STRCMP_EQUAL("0,2,4-5", cpus_in("0,2,4-5,10-12").write_list(text, sizeof text));
}

TEST(CpuSet, CountsWhatIsInBoth) {
  const CpuSet one = cpus_in("0-9,100"), other = cpus_in("8-12,100");
  LONGS_EQUAL(11, one.count());
  LONGS_EQUAL(3, one.count_common(other));
}
