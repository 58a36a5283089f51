// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/library_table.h"

#include <CppUTest/TestHarness.h>

#include "lib/base/error.h"
#include "lib/base/text_file.h"

using namespace slipway;

TEST_GROUP(LibraryTable){};

TEST(LibraryTable, LinesAreRulesInTheirOrder) {
  const auto rules =
      library_rules_of("with libmpi.so.*:libmpi_*.so.* # why\n\nbeside libucs.so.0:../x/ucx\n", "/table");
  LONGS_EQUAL(2, rules.size());
  CHECK(rules[0].verb == LibraryRule::kWith && rules[1].verb == LibraryRule::kBeside);
  STRCMP_EQUAL("libmpi.so.*", rules[0].library.c_str());
  STRCMP_EQUAL("libmpi_*.so.*", rules[0].other.c_str());
  STRCMP_EQUAL("../x/ucx", rules[1].other.c_str());
}

TEST(LibraryTable, OtherLinesAreErrorsWithTheirNumber) {
  for (const char* line : {"with", "with a", "with a:", "with :b", "with a: b", "near a:b"}) {
    try {
      library_rules_of(std::string("with a:b\n") + line + "\n", "/table");
      FAIL(line);
    } catch (const Error& error) {
      STRCMP_CONTAINS("/table line 2: is none of \"with NAME\" and \"beside NAME\"", error.what());
    }
  }
}

TEST(LibraryTable, WhatIsInstalledIsUnderstood) {
  CHECK(library_rules_of(text_of_file(TOP_SOURCE_DIRECTORY "/conf/libraries.conf"), "conf").size() > 5);
}
