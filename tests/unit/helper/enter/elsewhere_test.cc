// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/elsewhere.h"

#include <climits>
#include <filesystem>
#include <cstring>
#include <string>

#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Elsewhere) {
  TemporaryDirectory root;
  char found[PATH_MAX];

  std::string install(const std::string& path, mode_t mode = 0755) {
    std::filesystem::create_directories(std::filesystem::path(root.path() + path).parent_path());
    return root.write(path.substr(1), "", mode);
  }
  bool finds(const char* command) { return find_elsewhere(command, root.path().c_str(), found, sizeof found); }
};

TEST(Elsewhere, LooksWhereImagesKeepPrograms) {
  for (const char* path :
       {"/opt/tool/bin/one", "/usr/local/tool/bin/two", "/usr/lib/openmpi/bin/three", "/sbin/four"}) {
    const std::string expected = install(path);
    CHECK(finds(strrchr(path, '/') + 1));
    STRCMP_EQUAL(expected.c_str(), found);
  }
}

TEST(Elsewhere, WhatCannotBeExecutedIsNotFound) {
  install("/opt/tool/bin/plain", 0644);
  install("/opt/tool/bin/directory/file");
  CHECK_FALSE(finds("plain"));
  CHECK_FALSE(finds("directory"));
  CHECK_FALSE(finds("nosuch"));
}

TEST(Elsewhere, ALongNameIsNotFound) { CHECK_FALSE(finds(std::string(5000, 'x').c_str())); }
