// SPDX-License-Identifier: BSD-3-Clause

// Which variables a plan lets through and sets, by whose word. The table that is installed is read by others: unit
// tests run where none is installed.
#include "lib/spec/variables.h"

#include <algorithm>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Lines = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST_GROUP(Variables) {
  TemporaryDirectory directory;
  Request request;
  Accounts accounts;
  OptionValues options;
  std::vector<EnvironmentRule> table;

  void setup() override {
    request.image = "/images/a.sif";
  }
  void teardown() override {
    request = Request();
    accounts = Accounts();
    options.clear();
    table.clear();
  }
  void admin(const Lines& words) {
    request.settings = read_settings(words);
    STRCMP_EQUAL("", request.settings.error.c_str());
  }
  Plan plan() {
    return variables_of_plan(request, accounts, terms_of(read_options(options), request.settings), table);
  }
  // "drop NAME", ...
  Lines rules() {
    constexpr const char* kVerbs[] = {"drop ", "pass ", "keep ", "always "};
    Lines lines;
    for (const EnvironmentRule& rule : plan().environment) lines.push_back(kVerbs[rule.verb] + rule.name);
    return lines;
  }
  // What a variable is set to at last; "(unset)": nothing.
  std::string set_to(const std::string& name) {
    std::string value = "(unset)";
    for (const auto& [set, to] : plan().set) {
      if (set == name) value = to;
    }
    return value;
  }
  bool keeps_name(const std::string& name) {
    return keeps(plan().environment, name);
  }
  std::string complaint() {
    try {
      plan();
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
};

TEST(Variables, AScriptsPathEndsWithWhatStandsForSlurmsCommands) {
  CHECK(plan().behind.empty());
  request.batch_script = "/spool/script";
  CHECK((Pairs{{"PATH", "/.slipway/slurm"}} == plan().behind));
}

TEST(Variables, TheImageIsNamed) {
  for (const char* name : {"SLIPWAY_CONTAINER", "APPTAINER_CONTAINER", "SINGULARITY_CONTAINER"}) {
    STRCMP_EQUAL("/images/a.sif", set_to(name).c_str());
  }
}

TEST(Variables, PathIsFilledIn) {
  const Plan made = plan();
  CHECK((Pairs{{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}} == made.fill));
}

TEST(Variables, APlanHasNothingElse) {
  const Plan made = plan();
  CHECK(made.cwd.empty() && made.notices.empty() && made.front.empty() && made.environment.empty());
  LONGS_EQUAL(3, made.set.size());
}

TEST(Variables, RulesAreTheTablesThenTheAdminsThenTheUsers) {
  table = {{EnvironmentRule::kDrop, "PATH"}, {EnvironmentRule::kKeep, "SLURM*"}};
  admin({"env_unset=B", "env_pass=A", "env_pass=C_*"});
  options = {{"env", "D"}};
  CHECK((Lines{"drop PATH", "keep SLURM*", "pass A", "pass C_*", "drop B", "pass D", "keep D"} == rules()));
}

TEST(Variables, WithCleanenvWhatTheTableKeepsOrAlwaysPassesIsLeft) {
  table = {{EnvironmentRule::kDrop, "PATH"},
           {EnvironmentRule::kKeep, "SLURM*"},
           {EnvironmentRule::kAlways, "HOME"},
           {EnvironmentRule::kPass, "SITE"}};
  admin({"env_pass=A"});
  options = {{"cleanenv", "yes"}, {"env", "D"}};
  CHECK((Lines{"drop *", "pass SLURM*", "pass HOME", "drop PATH", "keep SLURM*", "always HOME", "pass SITE", "pass A",
               "pass D", "keep D"} == rules()));
}

TEST(Variables, WithCleanenvTheLanguageIsFilledIn) {
  options = {{"cleanenv", "yes"}};
  CHECK((Pairs{{"LANG", "C.UTF-8"}, {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}} ==
         plan().fill));
}

TEST(Variables, TheInstalledTableLeavesSlurmsOwnWithCleanenv) {
  table = rules_of(text_of_file(TOP_SOURCE_DIRECTORY "/conf/environment.conf"), "conf");
  options = {{"cleanenv", "yes"}};
  const Lines all = rules();
  STRCMP_EQUAL("drop *", all.front().c_str());
  for (const char* rule : {"pass SLURM*", "pass PMI_*", "pass HOME"}) {
    CHECK_TEXT(std::find(all.begin(), all.end(), rule) != all.end(), rule);
  }
}

TEST(Variables, WhatIsSetIsKeptFromTheImage) {
  admin({"env_set=A=1"});
  options = {{"env", "B=2"}};
  CHECK(keeps_name("A") && keeps_name("B"));
}

TEST(Variables, TheUserBeatsTheAdmin) {
  admin({"env_set=A=admin"});
  STRCMP_EQUAL("admin", set_to("A").c_str());
  options = {{"env", "A=user"}};
  STRCMP_EQUAL("user", set_to("A").c_str());
}

TEST(Variables, TheOptionBeatsTheFile) {
  options = {{"env", "A=option"}, {"env_file", directory.write("env", "A=file\nB=file\n")}};
  STRCMP_EQUAL("option", set_to("A").c_str());
  STRCMP_EQUAL("file", set_to("B").c_str());
}

TEST(Variables, TheFileBeatsTheAdmin) {
  admin({"env_set=A=admin"});
  options = {{"env_file", directory.write("env", "A=file\n")}};
  STRCMP_EQUAL("file", set_to("A").c_str());
  CHECK(keeps_name("A"));
}

TEST(Variables, WhatIsShownAsRootIsCalledRoot) {
  accounts.user = "root";
  accounts.home = "/home/alice";
  options = {{"remap_root", "yes"}};
  STRCMP_EQUAL("/root", set_to("HOME").c_str());
  STRCMP_EQUAL("root", set_to("USER").c_str());
  STRCMP_EQUAL("root", set_to("LOGNAME").c_str());
}

TEST(Variables, WhoIsThemselfKeepsTheStepsNames) {
  for (const char* name : {"HOME", "USER", "LOGNAME"}) STRCMP_EQUAL("(unset)", set_to(name).c_str());
}

TEST(Variables, AnAppIsNamedAsTheIncumbentsNameIt) {
  options = {{"app", "solver"}};
  for (const char* name : {"SCIF_APPNAME", "APPTAINER_APPNAME", "SINGULARITY_APPNAME"}) {
    STRCMP_EQUAL("solver", set_to(name).c_str());
  }
  STRCMP_EQUAL("/scif/apps/solver", set_to("SCIF_APPROOT").c_str());
  STRCMP_EQUAL("/scif/data/solver", set_to("SCIF_APPDATA").c_str());
}

TEST(Variables, AFileThatIsNotThereIsAnErrorWithItsOption) {
  options = {{"env_file", "/nowhere/env"}};
  STRCMP_EQUAL(
      "--container-env-file=/nowhere/env: open: No such file or directory; name a file that exists on each node of the "
      "step",
      complaint().c_str());
}

TEST(Variables, AFileIsAFileAndNotALargeOne) {
  for (const std::string& path :
       {directory.path(), std::string("/dev/null"), directory.write("large", std::string((1 << 20) + 1, '#'))}) {
    options = {{"env_file", path}};
    STRCMP_CONTAINS("is no file of at most 1 MiB", complaint().c_str());
  }
}

TEST(Variables, ALargestFileIsRead) {
  options = {{"env_file", directory.write("largest", "A=1\n#" + std::string((1 << 20) - 5, 'x'))}};
  STRCMP_EQUAL("1", set_to("A").c_str());
}

TEST(Variables, AMistakeInAFileHasALine) {
  const std::string path = directory.write("env", "A=1\nB\n");
  options = {{"env_file", path}};
  STRCMP_EQUAL((path + " line 2: is not NAME=VALUE; correct it").c_str(), complaint().c_str());
}

TEST_GROUP(VariablesInAFile){static void are(const Pairs& expected, const std::string& text){
    CHECK_TEXT(expected == variables_in(text, "/e"), text.c_str());
}
}
;

TEST(VariablesInAFile, StandOneOnALine) {
  are({{"A", "1"}, {"B_2", "x y"}}, "A=1\nB_2=x y\n");
}

TEST(VariablesInAFile, TheLastLineNeedsNoEnd) {
  are({{"A", "1"}}, "A=1");
}

TEST(VariablesInAFile, CommentsAndEmptyLinesSayNothing) {
  are({{"A", "1"}}, "# x=1\n\n \t\r\n  # y\nA=1\n#");
}

TEST(VariablesInAFile, ALineMayEndAsOnWindows) {
  are({{"A", "1"}, {"B", "2"}}, "A=1\r\nB=\"2\"\r\n");
}

TEST(VariablesInAFile, BlanksAroundALineAreNoPartOfIt) {
  are({{"A", "1"}}, " \tA=1 \t\n");
}

TEST(VariablesInAFile, AValueMayHoldWhatASettingHolds) {
  are({{"A", "x=#'\"$y\\n"}, {"B", ""}}, "A=x=#'\"$y\\n\nB=\n");
}

TEST(VariablesInAFile, ExportMayStandInFront) {
  are({{"A", "1"}, {"B", "2"}, {"exportC", "3"}}, "export A=1\nexport\t  B=2\nexportC=3\n");
  are({{"export", "1"}}, "export=1\n");
}

TEST(VariablesInAFile, QuotesAroundAValueAreTakenAway) {
  are({{"A", " x "}, {"B", "it's"}, {"C", ""}}, "A=\" x \"\nB=\"it's\"\nC=''\n");
}

TEST(VariablesInAFile, OtherQuotesStay) {
  are({{"A", "\""}, {"B", "'x\""}, {"C", "x\"y\""}, {"D", "'"}, {"E", "\"x\" y"}},
      "A=\"\nB='x\"\nC=x\"y\"\nD='\nE=\"x\" y\n");
}

TEST(VariablesInAFile, OtherBytesArePartOfValues) {
  const std::string bytes("\xc3\xa4\xff\0z", 5);
  are({{"A", bytes}}, "A=" + bytes + "\n");
}

TEST(VariablesInAFile, OneNameMayComeTwice) {
  are({{"A", "1"}, {"A", "2"}}, "A=1\nA=2\n");
}

TEST(VariablesInAFile, OtherLinesAreErrorsWithTheirNumber) {
  for (const char* line : {"A", "=1", "1A=1", "A =1", "A-B=1", "export", "export A", "export =1",
                           "\xef\xbb\xbf"
                           "A=1",
                           "set A=1"}) {
    try {
      variables_in(std::string("\n#\n") + line + "\nB=1\n", "/e\n");
      FAIL(line);
    } catch (const Error& error) {
      STRCMP_EQUAL("/e\\x0a line 3: is not NAME=VALUE; correct it", error.what());
    }
  }
}

TEST(VariablesInAFile, OfAnImageOtherLinesAreLeftOut) {
  CHECK((Pairs{{"A", "1"}, {"B", "2"}} == variables_in("A=1\nsome text\nB=2\n", "")));
}
