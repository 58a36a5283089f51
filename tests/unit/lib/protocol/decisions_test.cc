// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/decisions.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lib/protocol/plan.h"
#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(Decisions) {
  // 0 when every check holds.
  static int checked(const Plan& plan, const std::function<bool(const char* cwd)>& check) {
    const Fd fd = write_plan(plan);
    return in_child([&] { _exit(check(apply_decisions(fd.get()).cwd) ? 0 : 1); }).exit_code;
  }
  // What a variable is inside for a step that has these and no others; "(unset)": nothing.
  static std::string inside(const std::vector<std::pair<std::string, std::string>>& step, const std::string& name,
                            const Plan& plan = at_root()) {
    const Fd fd = write_plan(plan);
    const Ended ended = in_child([&] {
      clearenv();
      for (const auto& [variable, value] : step) setenv(variable.c_str(), value.c_str(), 1);
      apply_decisions(fd.get());
      const char* const value = getenv(name.c_str());
      dprintf(STDERR_FILENO, "%s", value ? value : "(unset)");
    });
    LONGS_EQUAL(0, ended.exit_code);
    return ended.output;
  }
  static Plan at_root() {
    Plan plan;
    plan.cwd = "/";
    return plan;
  }
  // The step's words behind those of the plan, each with a blank in front.
  static std::string words_with(const std::vector<std::string>& front, std::vector<const char*> words) {
    Plan plan = at_root();
    plan.front = front;
    const Fd fd = write_plan(plan);
    return in_child([&] {
      const Decisions decisions = apply_decisions(fd.get());
      words.push_back(nullptr);
      for (char** word = with_words_in_front(decisions, const_cast<char**>(words.data())); *word; ++word) {
        dprintf(STDERR_FILENO, " %s", *word);
      }
    }).output;
  }
  static bool is(const char* name, const char* value) {
    const char* const got = getenv(name);
    return got && strcmp(got, value) == 0;
  }
};

TEST(Decisions, AreThoseOfThePlan) {
  Plan plan;
  plan.cwd = "/home/alice";
  plan.set = {{"A", "1=2\n"}, {"B", ""}};
  plan.fill = {{"C", "/bin"}};
  LONGS_EQUAL(0, checked(plan, [](const char* cwd) {
    return strcmp(cwd, "/home/alice") == 0 && is("A", "1=2\n") && is("B", "") && is("C", "/bin");
  }));
}

TEST(Decisions, SetReplacesAndFillDoesNot) {
  Plan plan;
  plan.cwd = "/";
  plan.set = {{"SLIPWAY_TEST_SET", "new"}};
  plan.fill = {{"SLIPWAY_TEST_FILL", "new"}, {"SLIPWAY_TEST", "a prefix of the other names"}};
  setenv("SLIPWAY_TEST_SET", "old", 1);
  setenv("SLIPWAY_TEST_FILL", "old", 1);
  LONGS_EQUAL(0, checked(plan, [](const char*) {
    return is("SLIPWAY_TEST_SET", "new") && is("SLIPWAY_TEST_FILL", "old") && getenv("SLIPWAY_TEST");
  }));
  unsetenv("SLIPWAY_TEST_SET");
  unsetenv("SLIPWAY_TEST_FILL");
}

TEST(Decisions, TheLastRuleThatFitsAVariableCounts) {
  Plan plan;
  plan.cwd = "/";
  using Rule = EnvironmentRule;
  plan.environment = {{Rule::kDrop, "SLIPWAY_T*"}, {Rule::kPass, "SLIPWAY_TA"}, {Rule::kKeep, "SLIPWAY_T*"},
                      {Rule::kDrop, "SLIPWAY_X"},  {Rule::kPass, "SLIPWAY_X"}};
  plan.set = {{"SLIPWAY_TS", "set"}};
  for (const char* name : {"SLIPWAY_TA", "SLIPWAY_TAB", "SLIPWAY_TS", "SLIPWAY_X", "SLIPWAY_XY", "SLIPWAY_"}) {
    setenv(name, "host", 1);
  }
  LONGS_EQUAL(0, checked(plan, [](const char*) {
    return is("SLIPWAY_TA", "host") && !getenv("SLIPWAY_TAB") && is("SLIPWAY_TS", "set") && is("SLIPWAY_X", "host") &&
           is("SLIPWAY_XY", "host") && is("SLIPWAY_", "host") && getenv("PATH");
  }));
  for (const char* name : {"SLIPWAY_TA", "SLIPWAY_TAB", "SLIPWAY_TS", "SLIPWAY_X", "SLIPWAY_XY", "SLIPWAY_"}) {
    unsetenv(name);
  }
}

TEST(Decisions, OfAnotherReleaseAreRefused) {
  const Fd fd(memfd_create("plan", MFD_CLOEXEC));
  const char text[] = "release=0.0.0\0cwd=/";
  LONGS_EQUAL(sizeof text, write(fd.get(), text, sizeof text));
  const Ended ended = in_child([&] { apply_decisions(fd.get()); });
  LONGS_EQUAL(1, ended.exit_code);
  STRCMP_CONTAINS("different releases", ended.output.c_str());
}

TEST(Decisions, WithAnUnknownEntryAreRefused) {
  const Fd fd(memfd_create("plan", MFD_CLOEXEC));
  const char text[] = "release=" PACKAGE_VERSION "\0cwd=/\0colour=blue";
  LONGS_EQUAL(sizeof text, write(fd.get(), text, sizeof text));
  LONGS_EQUAL(1, in_child([&] { apply_decisions(fd.get()); }).exit_code);
}

TEST(Decisions, CannotBeWrittenAgain) {
  const Fd fd = write_plan(Plan{});
  LONGS_EQUAL(-1, pwrite(fd.get(), "x", 1, 0));
  LONGS_EQUAL(-1, ftruncate(fd.get(), 0));
}

TEST(Decisions, HoldSentencesWhereThePlanDoes) {
  Plan plan = at_root();
  plan.interpreter_remedy = "use another image";
  plan.no_pmix = "X";
  plan.old_pmix = "old";
  plan.lacks_pmix = "P";
  plan.lacks_munge = "M";
  plan.lacks_pmi = "2";
  plan.no_mpi = "0";
  plan.launcher = "run";
  const Fd fd = write_plan(plan);
  const Ended ended = in_child([&] {
    const Decisions decisions = apply_decisions(fd.get());
    dprintf(STDERR_FILENO, "%s, %s%s%s%s%s%s%s", decisions.interpreter_remedy, decisions.no_pmix,
            decisions.old_pmix, decisions.lacks_pmix, decisions.lacks_munge, decisions.lacks_pmi, decisions.no_mpi,
            decisions.launcher);
  });
  STRCMP_EQUAL("use another image, XoldPM20run", ended.output.c_str());
}

TEST(Decisions, NoticesAreToldByTheFirstRank) {
  Plan plan = at_root();
  plan.notices = {"the step starts elsewhere", "and late"};
  const Fd fd = write_plan(plan);
  const auto told_by = [&](const char* rank) {
    return in_child([&] {
             setenv("SLURM_PROCID", rank, 1);
             tell_notices(apply_decisions(fd.get()));
           }).output;
  };
  STRCMP_EQUAL("slipway: the step starts elsewhere\nslipway: and late\n", told_by("0").c_str());
  STRCMP_EQUAL("", told_by("1").c_str());
}

TEST(Decisions, WhatLeadsASearchPathStandsBeforeWhatStepAndImageHaveThere) {
  Plan plan = at_root();
  plan.set = {{"FIRST_PATH", "/image"}};
  plan.lead = {{"FIRST_PATH", "/host/a:/host/b"}, {"OTHER_PATH", "/host"}};
  const Fd fd = write_plan(plan);
  const Ended ended = in_child([&] {
    apply_decisions(fd.get());
    dprintf(STDERR_FILENO, "%s %s", getenv("FIRST_PATH"), getenv("OTHER_PATH"));
  });
  STRCMP_EQUAL("/host/a:/host/b:/image /host", ended.output.c_str());
}

TEST(Decisions, WhatIsBehindASearchPathStandsBehindWhatStepImageAndUserHaveThere) {
  Plan plan = at_root();
  plan.set = {{"PATH", "/image"}};
  plan.behind = {{"PATH", "/.slipway/slurm"}};
  STRCMP_EQUAL("/image:/.slipway/slurm", inside({{"PATH", "/step"}}, "PATH", plan).c_str());
  STRCMP_EQUAL("/image:/last:/.slipway/slurm", inside({{"SLIPWAYENV_APPEND_PATH", "/last"}}, "PATH", plan).c_str());
  STRCMP_EQUAL("/mine:/.slipway/slurm", inside({{"SLIPWAYENV_PATH", "/mine"}}, "PATH", plan).c_str());
}

TEST(Decisions, WhatIsBehindASearchPathIsThereOnce) {
  Plan plan = at_root();
  plan.set = {{"PATH", "/image:/.slipway/slurm:/added"}};
  plan.behind = {{"PATH", "/.slipway/slurm"}};
  STRCMP_EQUAL("/image:/.slipway/slurm:/added", inside({{"A", "1"}}, "PATH", plan).c_str());
}

// A program then has a path of its own, which is better than this alone.
TEST(Decisions, NothingIsBehindASearchPathThatIsMissing) {
  Plan plan = at_root();
  plan.behind = {{"PATH", "/.slipway/slurm"}};
  STRCMP_EQUAL("(unset)", inside({{"A", "1"}}, "PATH", plan).c_str());
  STRCMP_EQUAL("", inside({{"PATH", ""}}, "PATH", plan).c_str());
}

TEST(Decisions, HoldNoSentencesByThemselves) {
  const Fd fd = write_plan(at_root());
  LONGS_EQUAL(0, in_child([&] {
                   const Decisions decisions = apply_decisions(fd.get());
                   _exit(decisions.no_pmix || decisions.old_pmix || decisions.lacks_pmix || decisions.lacks_munge ||
                         decisions.lacks_pmi || decisions.no_mpi || decisions.launcher ||
                         decisions.interpreter_remedy);
                 }).exit_code);
}

TEST(Decisions, WithoutAWorkingDirectoryAreRefused) {
  const Fd fd(memfd_create("plan", MFD_CLOEXEC));
  const char text[] = "release=" PACKAGE_VERSION "\0set=A=1";
  LONGS_EQUAL(sizeof text, write(fd.get(), text, sizeof text));
  LONGS_EQUAL(1, in_child([&] { apply_decisions(fd.get()); }).exit_code);
}

TEST(Decisions, AUsersValueCannotAddAnEntry) {
  Plan plan = at_root();
  plan.set = {{"A", std::string("1\0cwd=/etc", 10)}};
  LONGS_EQUAL(0, checked(plan, [](const char* cwd) { return strcmp(cwd, "/") == 0 && is("A", "1"); }));
}

TEST(Decisions, EachPrefixSetsAVariableInside) {
  for (const std::string prefix : {"SLIPWAYENV_", "APPTAINERENV_", "SINGULARITYENV_"}) {
    STRCMP_EQUAL("1=2", inside({{prefix + "A", "1=2"}}, "A").c_str());
    STRCMP_EQUAL("", inside({{prefix + "A", ""}, {"A", "step"}}, "A").c_str());
  }
}

TEST(Decisions, WhatAPrefixSetsBeatsStepAndPlan) {
  Plan plan = at_root();
  plan.set = {{"A", "plan"}};
  plan.environment = {{EnvironmentRule::kDrop, "*"}};
  STRCMP_EQUAL("user", inside({{"A", "step"}, {"APPTAINERENV_A", "user"}}, "A", plan).c_str());
}

TEST(Decisions, OfSeveralPrefixesOursThenApptainersCounts) {
  const std::pair<std::string, std::string> ours{"SLIPWAYENV_A", "ours"}, apptainers{"APPTAINERENV_A", "apptainer's"},
      singularitys{"SINGULARITYENV_A", "singularity's"};
  STRCMP_EQUAL("ours", inside({ours, apptainers, singularitys}, "A").c_str());
  STRCMP_EQUAL("ours", inside({singularitys, apptainers, ours}, "A").c_str());
  STRCMP_EQUAL("apptainer's", inside({apptainers, singularitys}, "A").c_str());
  STRCMP_EQUAL("apptainer's", inside({singularitys, apptainers}, "A").c_str());
}

TEST(Decisions, NamesThatBeginAlikeAreOthers) {
  STRCMP_EQUAL("1", inside({{"SINGULARITYENV_A", "1"}, {"SLIPWAYENV_AB", "2"}}, "A").c_str());
}

TEST(Decisions, APrefixAloneNamesNothing) {
  STRCMP_EQUAL("step", inside({{"SLIPWAYENV_", "x"}, {"A", "step"}}, "A").c_str());
}

TEST(Decisions, WhatTheTableDropsHasSetItsVariableBefore) {
  Plan plan = at_root();
  plan.environment = {{EnvironmentRule::kDrop, "SLIPWAYENV_*"}};
  STRCMP_EQUAL("1", inside({{"SLIPWAYENV_A", "1"}}, "A", plan).c_str());
  STRCMP_EQUAL("(unset)", inside({{"SLIPWAYENV_A", "1"}}, "SLIPWAYENV_A", plan).c_str());
}

TEST(Decisions, PathIsExtendedOnBothSides) {
  Plan plan = at_root();
  plan.set = {{"PATH", "/bin"}};
  STRCMP_EQUAL("/a:/bin", inside({{"APPTAINERENV_PREPEND_PATH", "/a"}}, "PATH", plan).c_str());
  STRCMP_EQUAL("/bin:/b", inside({{"APPTAINERENV_APPEND_PATH", "/b"}}, "PATH", plan).c_str());
  STRCMP_EQUAL("/a:/bin:/b",
               inside({{"SLIPWAYENV_APPEND_PATH", "/b"}, {"APPTAINERENV_PREPEND_PATH", "/a"}}, "PATH", plan).c_str());
}

TEST(Decisions, WhatExtendsPathIsNoVariable) {
  STRCMP_EQUAL("(unset)", inside({{"APPTAINERENV_PREPEND_PATH", "/a"}}, "PREPEND_PATH").c_str());
  STRCMP_EQUAL("(unset)", inside({{"APPTAINERENV_APPEND_PATH", "/a"}}, "APPEND_PATH").c_str());
}

TEST(Decisions, PathIsExtendedByTheStrongestPrefixOnly) {
  STRCMP_EQUAL("/ours:/bin", inside({{"PATH", "/bin"}, {"SLIPWAYENV_PREPEND_PATH", "/ours"},
                                     {"SINGULARITYENV_PREPEND_PATH", "/theirs"}}, "PATH").c_str());
}

TEST(Decisions, APathOfTheUsersBeatsWhatWouldExtendIt) {
  for (const bool first : {true, false}) {
    std::vector<std::pair<std::string, std::string>> step = {{"APPTAINERENV_PREPEND_PATH", "/a"}};
    step.insert(first ? step.begin() : step.end(), {"APPTAINERENV_PATH", "/mine"});
    STRCMP_EQUAL("/mine", inside(step, "PATH").c_str());
  }
}

// It would be the working directory.
TEST(Decisions, PathGetsNoEmptyPart) {
  STRCMP_EQUAL("/bin", inside({{"PATH", "/bin"}, {"SLIPWAYENV_PREPEND_PATH", ""}}, "PATH").c_str());
  STRCMP_EQUAL("/a", inside({{"PATH", ""}, {"SLIPWAYENV_PREPEND_PATH", "/a"}}, "PATH").c_str());
  STRCMP_EQUAL("/a", inside({{"SLIPWAYENV_APPEND_PATH", "/a"}}, "PATH").c_str());
}

TEST(Decisions, WordsInFrontComeInTheirOrder) {
  STRCMP_EQUAL(" /bin/sh /etc/rc ./app -n", words_with({"/bin/sh", "/etc/rc"}, {"./app", "-n"}).c_str());
}

TEST(Decisions, WithoutWordsInFrontTheStepsAreItsOwn) {
  STRCMP_EQUAL(" ./app -", words_with({}, {"./app", "-"}).c_str());
  STRCMP_EQUAL(" -", words_with({}, {"-"}).c_str());
}

TEST(Decisions, ASingleDashBehindOthersStandsForNoWords) {
  STRCMP_EQUAL(" /runscript", words_with({"/runscript"}, {"-"}).c_str());
}

TEST(Decisions, ADashAmongWordsIsAWord) {
  STRCMP_EQUAL(" /runscript - x", words_with({"/runscript"}, {"-", "x"}).c_str());
  STRCMP_EQUAL(" /runscript x -", words_with({"/runscript"}, {"x", "-"}).c_str());
  STRCMP_EQUAL(" /runscript --", words_with({"/runscript"}, {"--"}).c_str());
}
