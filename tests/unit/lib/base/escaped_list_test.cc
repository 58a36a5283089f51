// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/escaped_list.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using Parts = std::vector<std::string>;

TEST_GROUP(EscapedList){};

TEST(EscapedList, PartsStandBetweenSeparators) {
  CHECK((Parts{"a", "b c", "d:e"} == split_escaped("a,b c,d:e", ',')));
}

TEST(EscapedList, EmptyPartsCount) {
  CHECK((Parts{""} == split_escaped("", ',')));
  CHECK((Parts{"", ""} == split_escaped(",", ',')));
  CHECK((Parts{"a", ""} == split_escaped("a,", ',')));
  CHECK((Parts{"a", "", "ro"} == split_escaped("a::ro", ':')));
}

TEST(EscapedList, ABackslashMakesASeparatorAnOrdinaryCharacter) {
  CHECK((Parts{"a\\,b", "c"} == split_escaped("a\\,b,c", ',')));
}

TEST(EscapedList, ABackslashBehindABackslashLeavesTheSeparatorAlone) {
  CHECK((Parts{"a\\\\", "b"} == split_escaped("a\\\\,b", ',')));
}

TEST(EscapedList, ABackslashAtTheEndStandsForItself) {
  CHECK((Parts{"a", "b\\"} == split_escaped("a,b\\", ',')));
  STRCMP_EQUAL("b\\", unescaped("b\\").c_str());
}

TEST(EscapedList, BackslashesAreTakenAwayOnce) {
  STRCMP_EQUAL("a,b\\c", unescaped("a\\,b\\\\c").c_str());
}

TEST(EscapedList, WhatIsEscapedIsOnePartAndComesBack) {
  for (const std::string text : {"a,b:c", "\\", "a\\", "\\,", ",", "", "\\\\:", "\xc3\xa4,\xff"}) {
    const Parts parts = split_escaped(escaped(text, ",:"), ',');
    LONGS_EQUAL(1, parts.size());
    STRCMP_EQUAL(text.c_str(), unescaped(parts[0]).c_str());
  }
}

TEST(EscapedList, AnEscapedTextKeepsItsNeighbours) {
  CHECK((Parts{"a\\\\", "b"} == split_escaped(escaped("a\\", ",") + ",b", ',')));
}
