// SPDX-License-Identifier: BSD-3-Clause
#include "cli/arguments.h"

#include <CppUTest/TestHarness.h>

#include "cli/commands.h"

using namespace slipway;

TEST_GROUP(Arguments) {
  // "--option=value ... | operand ...", or the error.
  static std::string read(const char* command, const std::vector<std::string>& words) {
    try {
      const Arguments arguments(command, words);
      std::string text;
      for (const auto& [option, value] : arguments.options()) text += option + "=" + value + " ";
      text += "|";
      for (const std::string& operand : arguments.operands()) text += " " + operand;
      return text;
    } catch (const UsageError& error) {
      return error.what();
    }
  }
};

TEST(Arguments, AValueStandsBehindAnEqualsSignOrIsTheNextOne) {
  STRCMP_EQUAL("--comp=lz4 --force= | a b", read("build", {"--comp=lz4", "a", "--force", "b"}).c_str());
  STRCMP_EQUAL("--comp=lz4 --arch= | a", read("build", {"--comp", "lz4", "a", "--arch="}).c_str());
  STRCMP_EQUAL("--key=a --key=b | i", read("verify", {"--key", "a", "--key=b", "i"}).c_str());
  STRCMP_EQUAL("--json= | -x", read("inspect", {"--json", "--", "-x"}).c_str());
}

TEST(Arguments, TheLastValueCounts) {
  const Arguments arguments("build", {"--comp=xz", "--comp", "lz4"});
  STRCMP_EQUAL("lz4", arguments.value_of("--comp")->c_str());
  CHECK_FALSE(arguments.has("--arch"));
}

TEST(Arguments, AnothersCommandKeepsItsOptions) {
  STRCMP_EQUAL("--json= | srun --json", read("explain", {"--json", "srun", "--json"}).c_str());
  STRCMP_EQUAL("| srun --comp", read("explain", {"--", "srun", "--comp"}).c_str());
}

TEST(Arguments, WhatIsNotUnderstoodIsNamed) {
  STRCMP_EQUAL("build: unknown option --froce; did you mean --force?", read("build", {"--froce"}).c_str());
  STRCMP_EQUAL("build: unknown option --cmop=xz; did you mean --comp=NAME?", read("build", {"--cmop=xz"}).c_str());
  STRCMP_EQUAL("build: --comp needs a value", read("build", {"--comp"}).c_str());
  STRCMP_EQUAL("build: --force takes no value", read("build", {"--force=yes"}).c_str());
  STRCMP_CONTAINS("build: unknown option -x", read("build", {"-xy"}).c_str());
}
