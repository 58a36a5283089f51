// SPDX-License-Identifier: BSD-3-Clause
#include "cli/unreadable.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "lib/base/error.h"
#include "tests/unit/image_tree.h"
#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Unreadable) {
  ImageTree tree;

  void setup() override { set_mode("", 0755); }
  // So that the tree can be removed by who is not root.
  void teardown() override {
    for (const char* path : {"/b", "/d"}) set_mode(path, 0755);
  }

  void set_mode(const std::string& path, mode_t mode) const { chmod((tree.path() + path).c_str(), mode); }

  // As an ordinary user sees it: "<count>: <names>".
  std::string found(const std::string& end_of_path = "") const {
    const std::string path = tree.path() + end_of_path;
    return in_child([&] {
             [[maybe_unused]] const bool ignored = setgid(65534) == 0 && setuid(65534) == 0;
             const Unreadable unreadable = unreadable_in(path);
             fprintf(stderr, "%zu:", unreadable.count);
             for (const std::string& name : unreadable.first) fprintf(stderr, " %s", name.c_str());
           })
        .output;
  }
};

TEST(Unreadable, NothingInATreeThatCanBeRead) {
  tree.write("/a/file", "");
  tree.link("/a/nowhere", "/no/such/file");
  LONGS_EQUAL(0, mkfifo((tree.path() + "/pipe").c_str(), 0));
  STRCMP_EQUAL("0:", found().c_str());
}

TEST(Unreadable, FilesAndDirectories) {
  tree.write("/a", "");
  tree.write("/b/c", "");
  tree.write("/d/e", "");
  set_mode("/a", 0);
  set_mode("/b", 0);     // cannot be listed
  set_mode("/d", 0644);  // its names can be listed, and no more
  STRCMP_EQUAL("3: a b d/e", found().c_str());
  STRCMP_EQUAL("3: a b d/e", found("/").c_str());
}

TEST(Unreadable, AllAreCountedAndAFewNamed) {
  for (const char* path : {"/5", "/3", "/1", "/4", "/2"}) {
    tree.write(path, "");
    set_mode(path, 0);
  }
  STRCMP_EQUAL("5: 1 2 3", found().c_str());
}

TEST(Unreadable, NoTreeIsAnError) { CHECK_THROWS(Error, unreadable_in("")); }
