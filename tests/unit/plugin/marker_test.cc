// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/marker.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

namespace {

// As it is easier to read: the mark is a @.
std::string marked(const std::string& text) {
  const std::string whole = mark_multi_prog(text), mark = mark_command("");
  std::string result;
  for (size_t at = 0; at < whole.size();) {
    const bool is_mark = whole.compare(at, mark.size(), mark) == 0;
    result += is_mark ? '@' : whole[at];
    at += is_mark ? mark.size() : 1;
  }
  return result;
}

}  // namespace

TEST_GROUP(Marker){};

TEST(Marker, AMarkedCommandComesBack) {
  CHECK(is_marked(mark_command("./app")));
  CHECK_FALSE(is_marked("./app"));
  STRCMP_EQUAL("./app", unmark_command(mark_command("./app")).c_str());
  STRCMP_EQUAL("./app", unmark_command("./app").c_str());
}

TEST(Marker, TheCommandOfEachLineIsMarked) {
  STRCMP_EQUAL("0 @a\n1-3,5\t @/bin/b c %t\n  * @'d e'", marked("0 a\n1-3,5\t /bin/b c %t\n  * 'd e'").c_str());
}

TEST(Marker, LinesWithoutACommandStayAsTheyAre) {
  for (const char* text : {"", "\n\n", "# 0 a\n", "  # 0 a", "0\n", " \t\n0 "})
    STRCMP_EQUAL(text, marked(text).c_str());
}

TEST(Marker, AContinuedLineIsOne) {
  STRCMP_EQUAL("0 @a \\\n  b c\n1 @d", marked("0 a \\\n  b c\n1 d").c_str());
  STRCMP_EQUAL("0 @a \\\n\n b \\\n c\n1 @d", marked("0 a \\\n\n b \\\n c\n1 d").c_str());
}

// The command is on the next line, and the mark is a word's beginning: slurmstepd joins them.
TEST(Marker, ACommandMayBeOnTheNextLine) { STRCMP_EQUAL("0 @\\\na b", marked("0 \\\na b").c_str()); }
