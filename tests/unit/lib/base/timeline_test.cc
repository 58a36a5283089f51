// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/timeline.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace std::chrono_literals;

TEST_GROUP(Timeline){};

TEST(Timeline, ListsPhasesWithTheirTimes) {
  Timeline timeline(true);
  timeline.add("image opened", 440us);
  timeline.add("mounted by the kernel", 12ms);
  STRCMP_EQUAL("image opened 0.4 ms, mounted by the kernel 12.0 ms", timeline.text().c_str());
}

TEST(Timeline, APhaseBeginsWhereTheLastOneEnded) {
  Timeline timeline(true, Timeline::Clock::now() - 1h);
  timeline.phase("first");
  timeline.phase("second");
  STRCMP_CONTAINS("first 36000", timeline.text().c_str());
  STRCMP_CONTAINS("second 0.", timeline.text().c_str());
}

TEST(Timeline, IsEmptyWhereItIsNotWanted) {
  Timeline timeline(false);
  timeline.phase("first");
  timeline.add("second", 1ms);
  STRCMP_EQUAL("", timeline.text().c_str());
}
