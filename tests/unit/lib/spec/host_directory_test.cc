// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/host_directory.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

namespace {

constexpr auto kUsers = AskedFor::kByLibraryPath;

}  // namespace

TEST_GROUP(HostDirectory) {
  HostDirectory directory;

  void teardown() override { directory = HostDirectory(); }

  // "tmpfs TARGET LINK->TARGET ...;" or "SOURCE TARGET;"
  std::string shown() {
    std::string text;
    for (const LayoutEntry& entry : std::move(directory).entries()) {
      text += (entry.word.kind == MountWord::kTmpfs ? "tmpfs" : entry.word.source) + " " + entry.word.target;
      for (const auto& [link, target] : entry.links) text += " " + link + "->" + target;
      text += ";";
    }
    return text;
  }
};

TEST(HostDirectory, EachDirectoryIsShownOnceForAllParts) {
  directory.add_link("mpi/lib/liba.so.1", "/usr/lib/liba.so.1.2", "a", kUsers);
  directory.add_link("gpu/lib/libb.so.1", "/opt/lib/libb.so.1", "b", AskedFor::kNot);
  directory.add_link("gpu/lib/libc.so.1", "/usr/lib/libc.so.1", "b", AskedFor::kNot);
  STRCMP_EQUAL("tmpfs /.slipway/host mpi/lib/liba.so.1->../../1/liba.so.1.2 gpu/lib/libb.so.1->../../2/libb.so.1 "
               "gpu/lib/libc.so.1->../../1/libc.so.1;"
               "/usr/lib /.slipway/host/1;/opt/lib /.slipway/host/2;",
               shown().c_str());
}

TEST(HostDirectory, OfTwoLinksOfOneNameTheFirstStays) {
  directory.add_link("gpu/lib/liba.so.1", "/usr/lib/liba.so.1", "a", kUsers);
  directory.add_link("gpu/lib/liba.so.1", "/opt/lib/liba.so.1", "a", kUsers);
  STRCMP_EQUAL("tmpfs /.slipway/host gpu/lib/liba.so.1->../../1/liba.so.1;/usr/lib /.slipway/host/1;",
               shown().c_str());
}

TEST(HostDirectory, APlaceIsShownUnderItsOwnNameUnlessItLiesInAnother) {
  directory.add_link("mpi/lib/liba.so.1", "/usr/lib/liba.so.1", "a", kUsers);
  directory.add_place("/usr/lib/openmpi", "a", kUsers);
  directory.add_place("/usr/lib/openmpi/lib", "a", kUsers);
  STRCMP_EQUAL("tmpfs /.slipway/host mpi/lib/liba.so.1->../../1/liba.so.1;/usr/lib /.slipway/host/1;"
               "/usr/lib/openmpi /usr/lib/openmpi;",
               shown().c_str());
}

TEST(HostDirectory, WhatTheUserAskedForIsMarkedSo) {
  directory.add_link("mpi/lib/liba.so.1", "/usr/lib/liba.so.1", "a", kUsers);
  directory.add_link("gpu/lib/libb.so.1", "/opt/lib/libb.so.1", "b", AskedFor::kNot);
  const std::vector<LayoutEntry> entries = std::move(directory).entries();
  CHECK(entries[1].asked_for == AskedFor::kByLibraryPath && entries[2].asked_for == AskedFor::kNot);
  STRCMP_EQUAL("b", entries[2].asked_by.c_str());
}

TEST(HostDirectory, WithoutLinksNothingIsShown) { STRCMP_EQUAL("", shown().c_str()); }
