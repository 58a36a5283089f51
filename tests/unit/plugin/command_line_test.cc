// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/command_line.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(CommandLine){};

TEST(CommandLine, IsInWords) {
  const std::vector<std::string> words = own_command_line();
  CHECK(!words.empty());
  CHECK(words[0].ends_with("unit-tests"));
  for (const std::string& word : words) CHECK(word.find('\0') == word.npos);
}

TEST(CommandLine, WhatSrunFoundOnTheLoginNodeIsNotMeant) {
  const std::string path = "/usr/bin:/bin";
  STRCMP_EQUAL("id", command_as_typed({"/usr/bin/id", "-u"}, {"srun", "-n2", "id", "-u"}, path).c_str());
  STRCMP_EQUAL("id", command_as_typed({"/bin/id"}, {"srun", "id"}, path).c_str());
}

TEST(CommandLine, PathsThatAreMeantStay) {
  const std::string path = "/usr/bin:/bin";
  STRCMP_EQUAL("/usr/bin/id", command_as_typed({"/usr/bin/id"}, {"srun", "/usr/bin/id"}, path).c_str());
  STRCMP_EQUAL("/home/a/id", command_as_typed({"/home/a/id"}, {"srun", "id"}, path).c_str());
  STRCMP_EQUAL("/tmp/id", command_as_typed({"/tmp/id"}, {"srun", "--bcast=/tmp/id", "id"}, path).c_str());
  STRCMP_EQUAL("/usr/bin/other", command_as_typed({"/usr/bin/other"}, {"srun", "id"}, path).c_str());
  STRCMP_EQUAL("/usr/bin/id", command_as_typed({"/usr/bin/id"}, {"id"}, path).c_str());
  STRCMP_EQUAL("/usr/bin/id", command_as_typed({"/usr/bin/id"}, {"srun", "id"}, "").c_str());
  STRCMP_EQUAL("id", command_as_typed({"id"}, {"srun", "id"}, path).c_str());
}
