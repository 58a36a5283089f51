// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/command.h"

#include <unistd.h>

#include <CppUTest/TestHarness.h>

#include "tests/unit/temporary.h"

using namespace slipway;

TEST_GROUP(Command) {
  TemporaryDirectory first, second;
  std::string path = first.path() + ":" + second.path();

  static int exit_code_of(const std::string& command, const std::string& search_path) {
    return find_command(command.c_str(), search_path.c_str()).exit_code;
  }
};

TEST(Command, FindsTheFirstExecutable) {
  const std::string expected = second.write("tool", "#!/bin/sh\n", 0755);
  STRCMP_EQUAL(expected.c_str(), find_command("tool", path.c_str()).path);
}

TEST(Command, SkipsDirectoriesAndFilesThatCannotRun) {
  mkdir((first.path() + "/tool").c_str(), 0755);
  const std::string expected = second.write("tool", "", 0755);
  STRCMP_EQUAL(expected.c_str(), find_command("tool", path.c_str()).path);
}

TEST(Command, ACommandWithASlashIsNotSearched) {
  const std::string file = first.write("tool", "", 0755);
  STRCMP_EQUAL(file.c_str(), find_command(file.c_str(), "").path);
  LONGS_EQUAL(127, exit_code_of("./no-such-tool", path));
}

TEST(Command, NotFoundIs127AndNotExecutableIs126) {
  LONGS_EQUAL(127, exit_code_of("tool", path));
  LONGS_EQUAL(127, exit_code_of("", path));
  first.write("tool", "", 0644);
  LONGS_EQUAL(126, exit_code_of("tool", path));
  LONGS_EQUAL(126, exit_code_of(first.path() + "/tool", path));
  LONGS_EQUAL(126, exit_code_of(first.path(), path));  // a directory
}

TEST(Command, WhatDoesNotFitIsNotFound) {
  LONGS_EQUAL(127, exit_code_of(std::string(5000, 'x'), path));
  LONGS_EQUAL(127, exit_code_of("/" + std::string(5000, 'x'), path));
}

TEST(Command, AnEmptyEntryIsTheWorkingDirectory) {
  LONGS_EQUAL(0, chdir(first.path().c_str()));
  first.write("tool", "", 0755);
  STRCMP_EQUAL("./tool", find_command("tool", "/nowhere:").path);
  LONGS_EQUAL(0, chdir("/"));
}
