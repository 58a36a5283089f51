// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/environment_table.h"

#include <CppUTest/TestHarness.h>

#include "lib/base/error.h"
#include "lib/base/text_file.h"

using namespace slipway;

TEST_GROUP(EnvironmentTable){};

TEST(EnvironmentTable, LinesAreRulesInTheirOrder) {
  const auto rules = rules_of("# comment\n\ndrop A\n  pass\tB_* # why\nkeep *", "/table");
  LONGS_EQUAL(3, rules.size());
  CHECK(rules[0].verb == EnvironmentRule::kDrop && rules[1].verb == EnvironmentRule::kPass);
  CHECK(rules[2].verb == EnvironmentRule::kKeep);
  STRCMP_EQUAL("A", rules[0].name.c_str());
  STRCMP_EQUAL("B_*", rules[1].name.c_str());
  STRCMP_EQUAL("*", rules[2].name.c_str());
}

TEST(EnvironmentTable, OtherLinesAreErrorsWithTheirNumber) {
  for (const char* line : {"drop", "hold A", "drop A B", "drop A=1", "drop A*B", "drop **", "DROP A"}) {
    try {
      rules_of(std::string("\n# 2\n") + line + "\n", "/table");
      FAIL(line);
    } catch (const Error& error) {
      STRCMP_CONTAINS("/table line 3: ", error.what());
    }
  }
}

TEST(EnvironmentTable, WhatIsInstalledIsUnderstood) {
  CHECK(rules_of(text_of_file(TOP_SOURCE_DIRECTORY "/conf/environment.conf"), "conf").size() > 10);
}
