#include "enter/decisions.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>

#include "helper/plan.h"

using namespace slipway;

TEST_GROUP(Decisions) {
  // 0 when every check holds.
  static int checked(const Plan& plan, const std::function<bool(const char* cwd)>& check) {
    const Fd fd = write_plan(plan);
    return in_child([&] { _exit(check(apply_decisions(fd.get()).cwd) ? 0 : 1); }).exit_code;
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
