// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/paths.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Paths){};

TEST(Paths, ADirectoryIsAboveWhatItHolds) {
  CHECK(is_at_or_below("/images/a/b", "/images"));
  CHECK(is_at_or_below("/images", "/images"));
  CHECK_FALSE(is_at_or_below("/images", "/images/a"));
}

TEST(Paths, ComponentsAreWhole) {
  CHECK_FALSE(is_at_or_below("/images-of-users/a", "/images"));
}

TEST(Paths, TheRootIsAboveEverything) {
  CHECK(is_at_or_below("/images", "/"));
  CHECK(is_at_or_below("/", "/"));
  CHECK_FALSE(is_at_or_below("/", "/images"));
}

TEST(Paths, AreNormalWithoutDotsAndDoubleSlashes) {
  STRCMP_EQUAL("/a/b", normal_path("//a/./b/").c_str());
  STRCMP_EQUAL("/a/...", normal_path("/a/...").c_str());
  STRCMP_EQUAL("/b/c", normal_path("/a/../b/x/../c").c_str());
}

TEST(Paths, NoneLeadsAboveTheRoot) {
  for (const char* path : {"/", "//", "/.", "/..", "/../..", "/a/..", "/a/../..", ""}) {
    STRCMP_EQUAL("/", normal_path(path).c_str());
  }
  STRCMP_EQUAL("/etc", normal_path("/../../etc").c_str());
}
