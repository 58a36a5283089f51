// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/text_file.h"

#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(TextFile){};

TEST(TextFile, IsReadWhole) {
  const TemporaryDirectory directory;
  std::string long_text;
  for (int line = 0; line < 5000; ++line) long_text += "line " + std::to_string(line) + "\n";
  CHECK(long_text == text_of_file(directory.write("long", long_text)));
  CHECK(text_of_file(directory.write("empty", "")).empty());
}

TEST(TextFile, IsEmptyWhenItCannotBeRead) {
  const TemporaryDirectory directory;
  CHECK(text_of_file(directory.path() + "/missing").empty());
  CHECK(text_of_file(directory.path()).empty());
}

TEST(TextFile, FieldsAreFoundByTheirWholeName) {
  const std::string text = "Name:\tsh\nPPid:\t12\nUid:\t0\t0\t0\t0\nEmpty:\nLast: x";
  STRCMP_EQUAL("12", field_of(text, "PPid").c_str());
  STRCMP_EQUAL("0\t0\t0\t0", field_of(text, "Uid").c_str());
  STRCMP_EQUAL("x", field_of(text, "Last").c_str());
  STRCMP_EQUAL("sh", field_of(text, "Name").c_str());
  STRCMP_EQUAL("", field_of(text, "id").c_str());
  STRCMP_EQUAL("", field_of(text, "Pid").c_str());
  STRCMP_EQUAL("", field_of(text, "Empty").c_str());
}
