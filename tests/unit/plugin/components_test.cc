// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/components.h"

#include "lib/base/error.h"
#include "tests/unit/fake_slurm.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Numbers = std::vector<unsigned>;

TEST_GROUP(Components){};

TEST(Components, OptionsComeBackAsTheyWereWritten) {
  const ComponentOptions components = {{0, {{"image", "/a=b.sif"}, {"mounts", "/;component=1:/x\\"}}},
                                       {1, {}},
                                       {12, {{"image", "/c d.sif"}}}};
  CHECK(components == read_components(to_text(components)));
  STRCMP_EQUAL(";component=0;image=/a=b.sif;mounts=/\\;component=1:/x\\\\;component=1;component=12;image=/c d.sif",
               to_text(components).c_str());
}

TEST(Components, TheLinesOfTheReleaseBeforeAreRead) {
  const ComponentOptions components = {{0, {{"image", "/a\\;b.sif"}, {"mounts", "/component=1:/x"}}}, {1, {}}};
  CHECK(components == read_components("component=0\nimage=/a\\;b.sif\nmounts=/component=1:/x\ncomponent=1\n"));
}

TEST(Components, WhatIsNotUnderstoodIsAnError) {
  CHECK(read_components("").empty());
  for (const char* text : {"x", "image=/a\n", "component=", "component=128\n", "component=-1\n", ";", ";image=/a",
                           ";component=", ";component=128", ";component=0x", ";component=0;component=0",
                           ";component=0;colour=blue", "component=0\ncolour=blue\n", ";component=0\nimage=/a\n",
                           ";component=0;image=/a\\"}) {
    CHECK_THROWS(Error, read_components(text));
  }
}

TEST(Components, OnePartIsOneComponent) {
  CHECK((Numbers{0} == components_of_words({"srun", "-n2", "./app"})));
  CHECK((Numbers{0, 1, 2} == components_of_words({"srun", "a", ":", "-n2", "b", ":", "c"})));
}

TEST(Components, HetGroupNamesThem) {
  CHECK((Numbers{1} == components_of_words({"srun", "--het-group=1", "a"})));
  CHECK((Numbers{1} == components_of_words({"srun", "--het-group", "1", "a"})));
  CHECK((Numbers{2} == components_of_words({"srun", "--het-group=1", "--het-group=2", "a"})));
  CHECK((Numbers{1, 0} == components_of_words({"srun", "--het-group=1", "a", ":", "--pack-group=0", "b"})));
  CHECK((Numbers{0, 2, 3} == components_of_words({"srun", "--het-group=[2-3,0]", "a"})));
  CHECK((Numbers{0, 1} == components_of_words({"srun", "--het=0", "a", ":", "b"})));
}

// srun refuses such words itself, or they belong to the program.
TEST(Components, NonsenseCountsAsOneComponent) {
  for (const char* word : {"--het-group=", "--het-group=x", "--het-group=1-", "--het-group=999", "--het-group"}) {
    CHECK((Numbers{0} == components_of_words({"srun", "a", word})));
  }
}

TEST(Components, AComponentOfAHetJobIsAJobOfItsOwn) {
  FakeSlurm slurm;
  slurm.job_id = 12;
  slurm.variables = {{"SLURM_JOB_ID_HET_GROUP_0", "11"}, {"SLURM_JOB_ID_HET_GROUP_1", "12"}};
  LONGS_EQUAL(1, *served_component(slurm, "/spool/n1_12.0"));
  slurm.variables = {{"SLURM_JOB_ID_PACK_GROUP_0", "12"}};
  LONGS_EQUAL(0, *served_component(slurm, "/spool/n1_12.0"));
}

TEST(Components, AComponentOfAHetStepIsInTheNameOfTheSocket) {
  LONGS_EQUAL(2, *served_component(FakeSlurm(), "/spool/n1_7.0.2"));
  for (const char* socket : {"", "/spool/n1_7.0", "/spool/n1_7.0.", "/spool/n1_17.0.2", "/spool/n1_7.01.2"}) {
    CHECK_FALSE(served_component(FakeSlurm(), socket).has_value());
  }
}

TEST(Components, SrunSaysWhereEachCommandIs) {
  using Component = ParsedComponents::Component;
  ParsedComponents parsed;
  const std::vector<std::string> words = {"srun", "--comment", ":", "a", "x", ":", "--het-group=1,4", "b", ":", "c"};
  CHECK((Component{0, 3, false} == parsed.next(words, 3)));
  CHECK((Component{1, 7, false} == parsed.next(words, 2)));
  CHECK((Component{4, 7, false} == parsed.next(words, 2)));
  CHECK((Component{2, 9, true} == parsed.next(words, 1)));
}

TEST(Components, SrunMayHaveNoCommand) {
  CHECK((ParsedComponents::Component{0, 2, true} == ParsedComponents().next({"srun", "--test-only"}, 2)));
}
