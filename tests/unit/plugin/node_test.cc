// SPDX-License-Identifier: BSD-3-Clause

// The plugin in slurmstepd, up to the program that it would start: there is no slipway-stage where unit tests run, and
// every failure must reach the ranks.
#include "plugin/node.h"

#include <stdlib.h>

#include "lib/protocol/arrival.h"
#include "lib/protocol/wire.h"
#include "plugin/components.h"
#include "plugin/marker.h"
#include "plugin/option_sources.h"
#include "tests/unit/fake_slurm.h"
#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(Node) {
  FakeSlurm slurm;
  Settings settings;

  void teardown() override {
    slurm = FakeSlurm();
    settings = Settings();
  }
  // What enter, in a rank's place, would say.
  std::string what_the_rank_hears(Node& node) {
    node.tell_place(slurm);
    node.hand_over(slurm);
    const int socket = atoi(slurm.variables[kEnterVariable].c_str());
    const Ended ended = in_child([&] { await_container(socket, 1000); });
    LONGS_EQUAL(kExitRefused, ended.exit_code);
    return ended.output;
  }
};

TEST(Node, AStepWithoutAContainerIsUntouched) {
  Node node(slurm, settings);
  node.tell_place(slurm);
  node.hand_over(slurm);
  node.ranks_are_forked();
  CHECK(slurm.variables.empty());
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Node, StepsThatRunNoCommandOfTheUsersAreUntouched) {
  for (const uint32_t step : {kExternStep, kInteractiveStep}) {
    slurm.step_id = step;
    slurm.variables["SLURM_CONTAINER"] = "/a.sif";
    Node node(slurm, settings);
    node.hand_over(slurm);
    STRCMP_EQUAL("./app", slurm.command[0].c_str());
  }
}

TEST(Node, TheShellOfAnInteractiveStepIsOnTheHostAndItsStepsInTheImage) {
  slurm.step_id = kInteractiveStep;
  slurm.variables[kStepVariable] = ";component=0;image=/a.sif";
  slurm.command[0] = mark_command("bash");
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL("bash", slurm.command[0].c_str());
  STRCMP_EQUAL("/a.sif", slurm.variables["SLURM_CONTAINER"].c_str());
}

TEST(Node, ReplacesTheCommandInPlaceWhereSlurmCanDoNothingElse) {
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  slurm.command[0] = mark_command("./app");
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL(LIBEXECDIR "/slipway-enter", slurm.command[0].c_str());
  STRCMP_EQUAL("word", slurm.command[1].c_str());
  STRCMP_EQUAL(mark_command("./app").c_str(), slurm.variables[kArgv0Variable].c_str());
}

TEST(Node, AListOfCommandsIsHandedOverOnlyWhereSlurmCan) {
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  for (const char* text :
       {"* hostname", "# ranks\n\n 0-3,5\thostname\n", "nonsense\n1 \\\nhostname", "0\\\n hostname"}) {
    slurm.command = {"list", text};
    slurm.prepends = false;
    CHECK_THROWS(Error, Node(slurm, settings).hand_over(slurm));
    slurm.prepends = true;
    Node(slurm, settings).hand_over(slurm);
  }
  slurm.prepends = false;
  for (const char* text : {"", "1000", "*", "# 0 hostname", "-c", "two words"}) {
    slurm.command = {"./app", text};
    Node(slurm, settings).hand_over(slurm);
  }
}

TEST(Node, WhatAClientWithThePluginMarkedIsNoListUnlessItsImageIsForced) {
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  slurm.command = {mark_command("./app"), "2 words"};
  Node(slurm, settings).hand_over(slurm);
  settings.force_image = "/a.sif";
  slurm.command = {mark_command("./app"), "2 words"};
  CHECK_THROWS(Error, Node(slurm, settings).hand_over(slurm));
  slurm.step_id = kBatchStep;
  Node(slurm, settings).hand_over(slurm);
}

TEST(Node, PutsEnterInFrontWhereSlurmCan) {
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  slurm.command[0] = mark_command("./app");
  slurm.prepends = true;
  Node node(slurm, settings);
  node.hand_over(slurm);
  CHECK((slurm.command == std::vector<std::string>{LIBEXECDIR "/slipway-enter", mark_command("./app"), "word"}));
}

TEST(Node, AVariableOfTheUsersIsNoCommandForEnter) {
  slurm.variables = {{"SLURM_CONTAINER", "/a.sif"}, {kArgv0Variable, "/bin/forged"}};
  slurm.prepends = true;
  Node(slurm, settings).hand_over(slurm);
  CHECK_FALSE(slurm.variables.count(kArgv0Variable));
}

TEST(Node, AJobIsCalledByItsCommandWithoutTheMark) {
  slurm.variables["SLURM_JOB_NAME"] = mark_command("./app");
  Node node(slurm, settings);
  STRCMP_EQUAL("./app", slurm.variables["SLURM_JOB_NAME"].c_str());
}

TEST(Node, TheAdminsMistakeReachesTheRanks) {
  settings.error = "plugstack.conf: no";
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  Node node(slurm, settings);
  STRCMP_EQUAL("slipway: plugstack.conf: no\n", what_the_rank_hears(node).c_str());
}

TEST(Node, AStageThatIsMissingReachesTheRanks) {
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  Node node(slurm, settings);
  STRCMP_CONTAINS("install slipway completely on this node", what_the_rank_hears(node).c_str());
}

TEST(Node, RunsItsComponentsImage) {
  slurm.variables[kStepVariable] = ";component=0;image=/a.sif;component=1;image=/b.sif;mounts=/x";
  slurm.variables["SLURM_JOB_ID_HET_GROUP_0"] = "6";
  slurm.variables["SLURM_JOB_ID_HET_GROUP_1"] = "7";
  Node node(slurm, settings);
  STRCMP_EQUAL("/b.sif", slurm.variables["SLURM_CONTAINER"].c_str());
  STRCMP_EQUAL(";mounts=/x", slurm.variables[kJobVariable].c_str());
  CHECK_FALSE(slurm.variables.count(kStepVariable));
}

TEST(Node, AComponentWithoutAnImageRunsOnTheHost) {
  slurm.variables[kStepVariable] = ";component=0;image=/a.sif;component=1";
  slurm.variables["SLURM_JOB_ID_HET_GROUP_0"] = "6";
  slurm.variables["SLURM_JOB_ID_HET_GROUP_1"] = "7";
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Node, AComponentThatIsNotKnownFails) {
  slurm.variables[kStepVariable] = ";component=0;image=/a.sif;component=1";
  Node node(slurm, settings);
  STRCMP_CONTAINS("which component", what_the_rank_hears(node).c_str());
}

TEST(Node, ABatchScriptMayRunOnTheHost) {
  slurm.step_id = kBatchStep;
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  slurm.variables[kJobVariable] = ";batch=host";
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
  STRCMP_EQUAL("/a.sif", slurm.variables["SLURM_CONTAINER"].c_str());  // for its steps
}

TEST(Node, AJobOfTheReleaseBeforeIsUnderstood) {
  slurm.step_id = kBatchStep;
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  slurm.variables[kJobVariable] = "batch=host\nmounts=/x\n";
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Node, AStepOfAClientOfTheReleaseBeforeIsUnderstood) {
  slurm.variables[kStepVariable] = "component=0\nimage=\nmounts=/x;y\n";
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
  STRCMP_EQUAL(";mounts=/x\\;y", slurm.variables[kJobVariable].c_str());
}

TEST(Node, WhatIsNotAllowedReachesTheRanks) {
  settings.batch_in_image = false;
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  slurm.variables[kJobVariable] = ";colour=blue";
  Node node(slurm, settings);
  STRCMP_CONTAINS("does not know colour", what_the_rank_hears(node).c_str());
}

TEST(Node, AStepThatNamesNoImageRunsInTheSites) {
  for (const uint32_t step : {0u, kBatchStep}) {
    for (const char* word : {"default_image=/site.sif", "force_image=/site.sif", "group:12345.force_image=/site.sif"}) {
      settings = read_settings(std::vector<std::string>{word});
      slurm = FakeSlurm();
      slurm.step_id = step;
      Node node(slurm, settings);
      STRCMP_CONTAINS("install slipway completely", what_the_rank_hears(node).c_str());
      CHECK_FALSE(slurm.variables.count("SLURM_CONTAINER"));
    }
  }
}

TEST(Node, TheExternStepIsInNoImage) {
  settings = read_settings(std::vector<std::string>{"force_image=/site.sif"});
  slurm.step_id = kExternStep;
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Node, NoneIsOnTheHostAndPassedOn) {
  settings = read_settings(std::vector<std::string>{"default_image=/site.sif"});
  slurm.variables[kStepVariable] = ";component=0;image=";
  Node node(slurm, settings);
  node.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
  STRCMP_EQUAL("none", slurm.variables["SLURM_CONTAINER"].c_str());
}

TEST(Node, WhatEscapesAForcedImageIsRefused) {
  settings = read_settings(std::vector<std::string>{"force_image=/site.sif"});
  for (const char* image : {"none", "/a.sif", "site.sif"}) {
    slurm = FakeSlurm();
    slurm.variables["SLURM_CONTAINER"] = image;
    Node node(slurm, settings);
    STRCMP_CONTAINS("all steps here run in /site.sif", what_the_rank_hears(node).c_str());
  }
}

TEST(Node, AnInteractiveShellIsInAForcedImageOnly) {
  const std::vector<std::pair<std::vector<std::string>, bool>> cases = {
      {{"default_image=/site.sif"}, false},
      {{"force_image=/site.sif"}, true},
      {{"force_image=/site.sif", "batch=host"}, false}};
  for (const auto& [words, is_inside] : cases) {
    settings = read_settings(words);
    slurm = FakeSlurm();
    slurm.step_id = kInteractiveStep;
    Node node(slurm, settings);
    node.hand_over(slurm);
    LONGS_EQUAL(is_inside, slurm.command[0] != "./app");
  }
}

TEST(Node, SlurmctldIsAskedWhoseStepItIs) {
  settings = read_settings(std::vector<std::string>{"partition:debug.force_image=/site.sif"});
  slurm.command[0] = mark_command("./app");
  slurm.record = JobRecord{"all", ""};
  Node other(slurm, settings);
  other.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
  slurm.record = JobRecord{"debug", ""};
  Node node(slurm, settings);
  STRCMP_CONTAINS("install slipway completely", what_the_rank_hears(node).c_str());
}

TEST(Node, SlurmctldIsAskedOnceMoreWhereAKeyWouldLetItsUsersHaveMore) {
  const std::vector<std::string> words = {"force_image=/site.sif", "partition:debug.force_image=none"};
  slurm.record = JobRecord{"debug", ""};
  settings = read_settings(words);
  Node forced(slurm, settings);
  STRCMP_CONTAINS("install slipway completely", what_the_rank_hears(forced).c_str());
  LONGS_EQUAL(2, slurm.questions);
  slurm = FakeSlurm();
  slurm.record = JobRecord{"debug", ""};
  slurm.checks = true;
  settings = read_settings(words);
  Node free(slurm, settings);
  free.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Node, WithoutAnAnswerNoKeyIsDropped) {
  slurm.record = JobRecord{"debug", ""};
  slurm.checks = std::nullopt;
  settings = read_settings(std::vector<std::string>{"force_image=/site.sif", "partition:debug.force_image=none"});
  Node node(slurm, settings);
  STRCMP_CONTAINS("slurmctld does not say whether it checks who names an account", what_the_rank_hears(node).c_str());
}

TEST(Node, AReleaseWhoseRecordsCannotBeReadIsSaid) {
  settings = read_settings(std::vector<std::string>{"partition:debug.writable=none"});
  slurm.knows_records = false;
  slurm.variables["SLURM_CONTAINER"] = "/a.sif";
  Node node(slurm, settings);
  STRCMP_CONTAINS("cannot read this Slurm's job records", what_the_rank_hears(node).c_str());
}

TEST(Node, AStepThatMayHaveAForcedImageDoesNotStartBare) {
  settings = read_settings(std::vector<std::string>{"partition:debug.force_image=/site.sif"});
  Node node(slurm, settings);
  STRCMP_CONTAINS("cannot tell the job's partition", what_the_rank_hears(node).c_str());
}

TEST(Node, SlurmctldIsNotAskedForBareStepsOfOtherKeys) {
  settings = read_settings(std::vector<std::string>{"partition:debug.writable=none"});
  Node node(slurm, settings);
  node.hand_over(slurm);
  LONGS_EQUAL(0, slurm.questions);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Node, TheAdminsMistakeReachesStepsWhoseImageIsTheSites) {
  settings = read_settings(std::vector<std::string>{"force_image=/site.sif", "config=/nowhere"});
  Node node(slurm, settings);
  STRCMP_CONTAINS("config=/nowhere cannot be read", what_the_rank_hears(node).c_str());
  settings = read_settings(std::vector<std::string>{"group:no-such.force_image=/site.sif", "config=/nowhere"});
  slurm = FakeSlurm();
  Node other(slurm, settings);
  other.hand_over(slurm);
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}
