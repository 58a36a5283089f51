// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/close_miss.h"

#include <sys/stat.h>

#include <vector>

#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(CloseMiss) {
  using Names = std::vector<std::string>;
  static std::string closest(const char* name, const Names& names) { return closest_name(name, names); }
};

TEST(CloseMiss, CountsMistakes) {
  LONGS_EQUAL(0, edit_distance("debian", "debian"));
  LONGS_EQUAL(1, edit_distance("debian", "debain"));
  LONGS_EQUAL(1, edit_distance("debian", "debia"));
  LONGS_EQUAL(1, edit_distance("debian", "xdebian"));
  LONGS_EQUAL(1, edit_distance("debian", "debixn"));
  LONGS_EQUAL(3, edit_distance("kitten", "sitting"));
  LONGS_EQUAL(6, edit_distance("", "debian"));
  LONGS_EQUAL(6, edit_distance("debian", ""));
}

TEST(CloseMiss, TakesTheNameWithTheFewestMistakes) {
  STRCMP_EQUAL("debian.sif", closest("debain.sif", {"alpine.sif", "debiana.sif", "debian.sif"}).c_str());
  STRCMP_EQUAL("a-1.2.sif", closest("a-1.4.sif", {"a-1.3.sif", "a-1.2.sif"}).c_str());
}

TEST(CloseMiss, ANameMayHaveAnotherExtension) {
  STRCMP_EQUAL("debian.sqsh", closest("debian.sif", {"alpine.sif", "debian.sqsh"}).c_str());
  STRCMP_EQUAL("debian", closest("debian.sif", {"debian"}).c_str());
}

TEST(CloseMiss, WhatIsNotCloseIsNotNamed) {
  STRCMP_EQUAL("", closest("debian.sif", {"alpine.sif", "ubuntu.sif"}).c_str());
  STRCMP_EQUAL("", closest("a", {"b", "ab"}).c_str());
  STRCMP_EQUAL("", closest(".sif", {".bashrc", ".x"}).c_str());
  STRCMP_EQUAL("", closest("debian.sif", {}).c_str());
}

TEST(CloseMiss, LooksWhereThePathEnds) {
  TemporaryDirectory directory;
  const std::string image = directory.write("debian.sif", "");
  STRCMP_EQUAL(image.c_str(), closest_path(directory.path() + "/debain.sif").c_str());
  STRCMP_EQUAL("", closest_path(directory.path() + "/nothing-like-it").c_str());
}

TEST(CloseMiss, ADirectoryMayBeMistyped) {
  TemporaryDirectory directory;
  LONGS_EQUAL(0, mkdir((directory.path() + "/images").c_str(), 0755));
  const std::string image = directory.write("images/debian.sif", "");
  STRCMP_EQUAL(image.c_str(), closest_path(directory.path() + "/imagse/debian.sif").c_str());
  STRCMP_EQUAL((directory.path() + "/images").c_str(), closest_path(directory.path() + "/imagse/other.sif").c_str());
}

TEST(CloseMiss, AnImageIsNoDirectory) {
  TemporaryDirectory directory;
  const std::string image = directory.write("debian.sif", "");
  STRCMP_EQUAL(image.c_str(), closest_path(image + "/app").c_str());
}
