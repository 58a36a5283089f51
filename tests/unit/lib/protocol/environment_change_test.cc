// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/environment_change.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(EnvironmentChange) {
  const std::vector<EnvironmentRule> rules{{EnvironmentRule::kKeep, "SLURM*"},
                                           {EnvironmentRule::kKeep, "GPUS"},
                                           {EnvironmentRule::kPass, "PASSED"}};
};

TEST(EnvironmentChange, AnEnvironmentIsReadAsTheKernelWritesIt) {
  using namespace std::string_literals;
  const Environment environment = environment_in("A=1\0B=\0C=x=y\nz\0no name\0=x\0D=end"s);
  LONGS_EQUAL(4, environment.size());
  STRCMP_EQUAL("", environment.at("B").c_str());
  STRCMP_EQUAL("x=y\nz", environment.at("C").c_str());
  STRCMP_EQUAL("end", environment.at("D").c_str());
  CHECK(environment_in("").empty());
}

TEST(EnvironmentChange, IsWhatWasSetAndWhatWasTakenAway) {
  const auto change = change_between({{"A", "1"}, {"B", "1"}, {"C", "1"}}, {{"A", "1"}, {"B", "2"}, {"D", ""}}, rules);
  LONGS_EQUAL(2, change.set.size());
  STRCMP_EQUAL("B", change.set[0].first.c_str());
  STRCMP_EQUAL("2", change.set[0].second.c_str());
  STRCMP_EQUAL("D", change.set[1].first.c_str());
  LONGS_EQUAL(1, change.drop.size());
  STRCMP_EQUAL("C", change.drop[0].c_str());
  CHECK(change.fill.empty());
}

TEST(EnvironmentChange, WhatARuleKeepsIsOnlyFilledIn) {
  const auto change = change_between({{"SLURM_A", "1"}, {"SLURM_B", "1"}, {"GPUS", "0"}, {"PASSED", "1"}},
                                     {{"SLURM_A", "2"}, {"SLURM_C", "1"}, {"PASSED", "2"}}, rules);
  LONGS_EQUAL(2, change.fill.size());
  STRCMP_EQUAL("SLURM_A", change.fill[0].first.c_str());
  STRCMP_EQUAL("SLURM_C", change.fill[1].first.c_str());
  LONGS_EQUAL(1, change.set.size());
  STRCMP_EQUAL("PASSED", change.set[0].first.c_str());
  CHECK(change.drop.empty());
}

TEST(EnvironmentChange, WhatShellsSetForThemselvesIsNone) {
  const auto change = change_between({{"OLDPWD", "/"}, {"_", "x"}}, {{"PWD", "/"}, {"SHLVL", "1"}}, rules);
  CHECK(change.set.empty() && change.fill.empty() && change.drop.empty());
}

// A rule's * stands for many variables.
TEST(EnvironmentChange, NoNameDropsMoreThanItself) {
  CHECK(change_between({{"A*", "1"}}, {}, rules).drop.empty());
}
