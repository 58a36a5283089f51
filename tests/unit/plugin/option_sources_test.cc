// SPDX-License-Identifier: BSD-3-Clause

// Of the places where an option can stand, which one counts.
#include "plugin/option_sources.h"

#include "lib/options/image_choice.h"
#include "tests/unit/fake_slurm.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Words = std::vector<std::string>;

TEST_GROUP(OptionSources) {
  FakeSlurm slurm;
  Words typed{"srun"};  // the command line
  // What Slurm finds, in its order: option and argument. On the command line or, where that does not have it, in the
  // batch script.
  std::vector<std::pair<std::string, std::string>> found;
  std::optional<std::string> native;
  Settings::Options registered = Settings::Options::kPyxis;
  bool launches_steps = true, may_have_sites_image = false;
  std::string directory = "/here";

  void setup() override {
    native = "/a.sif";
  }
  void teardown() override {
    slurm = FakeSlurm();
    typed = {};
    found = {};
    native.reset();
    directory = {};
  }
  static const OptionSpelling& spelling_of(const std::string& name) {
    for (const OptionSpelling& spelling : option_spellings()) {
      if (spelling.name == name) return spelling;
    }
    FAIL(name.c_str());
    return option_spellings().front();
  }
  OptionSources::Resolved resolve() {
    slurm.is_srun = launches_steps;
    OptionSources sources(slurm, registered, typed);
    for (const auto& [name, argument] : found) {
      const OptionSpelling& spelling = spelling_of(name);
      sources.take(spelling, spelling.argument ? argument.c_str() : nullptr);
    }
    sources.take_native_image(native);
    return sources.resolve(directory, launches_steps, may_have_sites_image);
  }
  std::string value(const std::string& setting) {
    const OptionValues values = resolve().values;
    const auto there = values.find(setting);
    return there == values.end() ? "(none)" : there->second;
  }
  // Without what errors name them by.
  OptionValues settings() {
    OptionValues values = resolve().values;
    values.erase(kSaidBy);
    return values;
  }
  std::string complaint() {
    try {
      resolve();
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
  void inherit(const OptionValues& values) {
    slurm.variables["SLURM_CONTAINER"] = image_of(values);
    OptionValues others = values;
    others.erase(kImage);
    if (!others.empty()) slurm.variables[kJobVariable] = to_text(others);
  }
};

TEST(OptionSources, WhatIsTypedBeatsTheScript) {
  typed = {"sbatch", "--container-workdir=/typed", "job.sh"};
  found = {{"container-workdir", "/scripted"}, {"container-workdir", "/typed"}};
  STRCMP_EQUAL("/typed", value("workdir").c_str());
  found = {{"container-workdir", "/typed"}, {"container-workdir", "/scripted"}};
  STRCMP_EQUAL("/typed", value("workdir").c_str());
}

TEST(OptionSources, ATypedOppositeBeatsTheScript) {
  typed = {"sbatch", "--container-readonly", "job.sh"};
  found = {{"container-writable", ""}, {"container-readonly", ""}};
  STRCMP_EQUAL(kNo, value("writable").c_str());
}

TEST(OptionSources, ATypedOptionMayBeCutShortOrHaveItsValueInTheNextWord) {
  found = {{"container-workdir", "/scripted"}, {"container-workdir", "/typed"}};
  for (const Words& words :
       {Words{"sbatch", "--container-work=/typed"}, Words{"sbatch", "--container-workdir", "/typed"}}) {
    typed = words;
    STRCMP_EQUAL("/typed", value("workdir").c_str());
  }
}

// --container begins the name of every option, --container-env that of --container-env-file.
TEST(OptionSources, ATypedOptionIsNoOthersThatIsCutShort) {
  typed = {"sbatch", "--container=/a.sif", "--container-readonly", "job.sh"};
  found = {{"container-writable", ""}, {"container-readonly", ""}};
  STRCMP_EQUAL(kNo, value("writable").c_str());
  typed = {"sbatch", "--container-env=A", "--container-env-file=/typed"};
  found = {{"container-env-file", "A"}, {"container-env-file", "/typed"}, {"container-env", "A"}};
  STRCMP_EQUAL("/typed", value("env_file").c_str());
}

TEST(OptionSources, TheScriptBeatsVariables) {
  slurm.variables["SLIPWAY_WORKDIR"] = "/variable";
  found = {{"container-workdir", "/scripted"}};
  STRCMP_EQUAL("/scripted", value("workdir").c_str());
}

TEST(OptionSources, OurVariablesBeatThoseOfPyxis) {
  slurm.variables = {{"SLIPWAY_WORKDIR", "/ours"}, {"PYXIS_CONTAINER_WORKDIR", "/pyxis"}};
  STRCMP_EQUAL("/ours", value("workdir").c_str());
}

TEST(OptionSources, VariablesOfPyxisBeatWhatIsInherited) {
  inherit({{kImage, "/a.sif"}, {"workdir", "/inherited"}});
  slurm.variables["PYXIS_CONTAINER_WORKDIR"] = "/pyxis";
  STRCMP_EQUAL("/pyxis", value("workdir").c_str());
}

TEST(OptionSources, WhatIsInheritedCountsAtLast) {
  inherit({{kImage, "/inherited.sif"}, {"workdir", "/inherited"}});
  native.reset();
  CHECK((OptionValues{{kImage, "/inherited.sif"}, {"workdir", "/inherited"}} == settings()));
}

TEST(OptionSources, SettingsOfSeveralPlacesAddUp) {
  inherit({{kImage, "/i.sif"}, {"app", "a"}});
  slurm.variables["SLIPWAY_CONTAIN"] = "1";
  slurm.variables["PYXIS_CONTAINER_WRITABLE"] = "1";
  found = {{"container-workdir", "/w"}};
  const OptionValues expected = {
      {kImage, "/a.sif"}, {"app", "a"}, {"contain", kYes}, {"writable", kYes}, {"workdir", "/w"}};
  CHECK(expected == settings());
}

TEST(OptionSources, AnInheritedImageIsKnownAsSuch) {
  inherit({{kImage, "/i.sif"}});
  native.reset();
  CHECK(resolve().image_is_inherited);
}

TEST(OptionSources, AGivenImageIsKnownAsSuch) {
  inherit({{kImage, "/i.sif"}});
  CHECK_FALSE(resolve().image_is_inherited);
}

TEST(OptionSources, AnImageInAVariableIsGiven) {
  native.reset();
  slurm.variables["PYXIS_CONTAINER_IMAGE"] = "/v.sif";
  const auto resolved = resolve();
  STRCMP_EQUAL("/v.sif", image_of(resolved.values).c_str());
  CHECK_FALSE(resolved.image_is_inherited);
}

TEST(OptionSources, OneOptionTwiceWithOneValueIsGivenOnce) {
  found = {{"container-mounts", "/a"}, {"container-mounts", "/a"}};
  STRCMP_EQUAL("/a", value("mounts").c_str());
}

TEST(OptionSources, OneOptionTwiceWithTwoValuesIsAContradiction) {
  found = {{"container-workdir", "/a"}, {"container-workdir", "/b"}};
  STRCMP_EQUAL("--container-workdir=/b: contradicts what was given before (/a); give it once", complaint().c_str());
}

TEST(OptionSources, ListsThatAreGivenTwiceAddUp) {
  found = {{"container-mounts", "/a,/b:/c"}, {"container-env", "X=1"}, {"container-mounts", "/d,/a"}, {"container-env", "Y"}};
  STRCMP_EQUAL("/a,/b:/c,/d", value("mounts").c_str());
  STRCMP_EQUAL("X=1,Y", value("env").c_str());
  // But not what is typed, and what the script says.
  typed = {"sbatch", "--container-mounts=/t", "job.sh"};
  found = {{"container-mounts", "/s"}, {"container-mounts", "/t"}};
  STRCMP_EQUAL("/t", value("mounts").c_str());
}

TEST(OptionSources, OfTwoImagesTheLastOneCounts) {
  native.reset();
  found = {{"container-image", "/a.sif"}, {"container-image", "/b.sif"}};
  STRCMP_EQUAL("/b.sif", value(kImage).c_str());
}

TEST(OptionSources, ATildeIsTheHome) {
  slurm.variables["HOME"] = "/home/alice";
  native = "~/x.sif";
  found = {{"container-mounts", "~/in:/in,~:/all,/a:/b:ro,~user:/c"}, {"container-overlay", "~/o:ro"}, {"container-env-file", "~/e"}};
  const OptionValues values = resolve().values;
  STRCMP_EQUAL("/home/alice/x.sif", image_of(values).c_str());
  STRCMP_EQUAL("/home/alice/in:/in,/home/alice:/all,/a:/b:ro,/here/~user:/c", values.at("mounts").c_str());
  STRCMP_EQUAL("/home/alice/o:ro", values.at("overlay").c_str());
  STRCMP_EQUAL("/home/alice/e", values.at("env_file").c_str());
}

TEST(OptionSources, AVariableInAPathIsAMistake) {
  const char* const why = ": holds a variable, which nothing expands there; write the path itself, or type the option "
                          "where a shell expands it";
  for (const char* image : {"$HOME/x.sif", "/scratch/${USER}/x.sif"}) {
    native = image;
    STRCMP_EQUAL((std::string("--container=") + image + why).c_str(), complaint().c_str());
  }
  native = "/a$1$.sif";
  STRCMP_EQUAL("", complaint().c_str());
  for (const auto& [option, argument] : std::initializer_list<std::pair<const char*, const char*>>{
           {"container-mounts", "/a:/b,$PWD/c:/c"}, {"container-overlay", "$X"}, {"container-env-file", "/$X"}}) {
    found = {{option, argument}};
    STRCMP_CONTAINS(why, complaint().c_str());
  }
}

TEST(OptionSources, ApptainersBindsAreMountsToo) {
  slurm.variables = {{"APPTAINER_BIND", "/a:/b:ro"}, {"SINGULARITY_BIND", "/not"}, {"SINGULARITY_BINDPATH", "/c,/a:/b:ro"}};
  STRCMP_EQUAL("/a:/b:ro,/c", value("mounts").c_str());
  found = {{"container-mounts", "/d"}};
  STRCMP_EQUAL("/a:/b:ro,/c,/d", value("mounts").c_str());
  native.reset();
  found.clear();
  CHECK(resolve().values.empty());
  slurm.variables = {{"APPTAINER_BIND", "/a:/b:no"}};
  STRCMP_EQUAL("", complaint().c_str());
  native = "/i.sif";
  STRCMP_CONTAINS("APPTAINER_BIND=/a:/b:no: there is no flag no", complaint().c_str());
}

TEST(OptionSources, WhatElseApptainersVariablesSayIsNotObeyedAndTold) {
  slurm.variables = {{"APPTAINER_CONTAIN", "1"}, {"SINGULARITY_CONTAINALL", "1"}, {"APPTAINER_HOME", "/h"}, {"APPTAINER_CACHEDIR", "/c"}};
  STRCMP_EQUAL("APPTAINER_CONTAIN, SINGULARITY_CONTAINALL, APPTAINER_HOME: not obeyed here; slipway(1) has SLIPWAY_CONTAIN and "
               "SLIPWAY_MOUNTS",
               resolve().notice.c_str());
  native.reset();
  STRCMP_EQUAL("", resolve().notice.c_str());
}

TEST(OptionSources, AnOptionAndItsOppositeAreAContradiction) {
  found = {{"container-writable", ""}, {"container-readonly", ""}};
  STRCMP_EQUAL("--container-readonly: contradicts what was given before (yes); give it once", complaint().c_str());
}

TEST(OptionSources, TwoNamesOfOneOptionAgree) {
  found = {{"container-run", ""}, {"container-entrypoint", ""}};
  STRCMP_EQUAL(kYes, value("run").c_str());
}

TEST(OptionSources, TwoVariablesOfOneKindMustAgree) {
  slurm.variables = {{"SLIPWAY_WRITABLE", "1"}, {"SLIPWAY_READONLY", "1"}};
  STRCMP_CONTAINS("SLIPWAY_READONLY: contradicts what was given before (yes)", complaint().c_str());
  slurm.variables = {{"SLIPWAY_WRITABLE", "1"}, {"SLIPWAY_READONLY", "0"}};
  STRCMP_EQUAL(kYes, value("writable").c_str());
}

TEST(OptionSources, AVariableSaysNoToo) {
  slurm.variables["PYXIS_CONTAINER_READONLY"] = "0";
  STRCMP_EQUAL(kYes, value("writable").c_str());
  slurm.variables["PYXIS_CONTAINER_MOUNT_HOME"] = "no";
  STRCMP_EQUAL(kNo, value("mount_home").c_str());
}

TEST(OptionSources, VariablesOfPyxisAreThoseThatPyxisHas) {
  slurm.variables["PYXIS_CONTAINER_CONTAIN"] = "1";
  STRCMP_EQUAL("(none)", value("contain").c_str());
  LONGS_EQUAL(1, slurm.variables.count("PYXIS_CONTAINER_CONTAIN"));
}

TEST(OptionSources, BesidePyxisItsVariablesAreItsOwn) {
  registered = Settings::Options::kNative;
  slurm.variables = {
      {"PYXIS_CONTAINER_WORKDIR", "/pyxis"}, {"PYXIS_CONTAINER_WRITABLE", "maybe"}, {"PYXIS_CONTAINER_UNSHARE", "net"}};
  STRCMP_EQUAL("(none)", value("workdir").c_str());
  STRCMP_EQUAL("(none)", value("unshare").c_str());
  LONGS_EQUAL(3, slurm.variables.size());
}

TEST(OptionSources, BesidePyxisNamespacesHaveOurName) {
  registered = Settings::Options::kNative;
  found = {{"container-ns", "net,pid"}};
  STRCMP_EQUAL("net,pid", value("unshare").c_str());
  found = {};
  for (const char* name : {"SLIPWAY_NS", "SLIPWAY_UNSHARE"}) {
    slurm.variables = {{name, "pid"}};
    STRCMP_EQUAL("pid", value("unshare").c_str());
  }
}

TEST(OptionSources, NamespacesHaveTheNameOfPyxisToo) {
  slurm.variables["PYXIS_CONTAINER_UNSHARE"] = "net,ipc";
  STRCMP_EQUAL("net,ipc", value("unshare").c_str());
  found = {{"container-unshare", "uts"}, {"container-ns", "uts"}};
  STRCMP_EQUAL("uts", value("unshare").c_str());
}

TEST(OptionSources, WhatWasReadIsTakenOutOfTheEnvironment) {
  inherit({{kImage, "/i.sif"}, {"app", "a"}});
  slurm.variables["SLIPWAY_CONTAIN"] = "1";
  slurm.variables["PYXIS_CONTAINER_ENV"] = "A";
  slurm.variables["SLURM_SPANK__SLURM_SPANK_OPTION_slipway_container_app"] = "b";
  slurm.variables["_SLURM_SPANK_OPTION_slipway_container"] = "/b.sif";
  slurm.variables["OTHER"] = "1";
  resolve();
  LONGS_EQUAL(1, slurm.variables.size());
  LONGS_EQUAL(1, slurm.variables.count("OTHER"));
}

TEST(OptionSources, AnEmptyValueTakesBackWhatIsInherited) {
  inherit({{kImage, "/i.sif"}, {"mounts", "/inherited"}});
  found = {{"container-mounts", ""}};
  STRCMP_EQUAL("", value("mounts").c_str());
}

TEST(OptionSources, AnEmptyVariableTakesBackWhatIsInherited) {
  for (const char* variable : {"SLIPWAY_WRITABLE", "PYXIS_CONTAINER_READONLY"}) {
    inherit({{kImage, "/i.sif"}, {"writable", kYes}});
    slurm.variables[variable] = "";
    STRCMP_EQUAL("", value("writable").c_str());
  }
}

TEST(OptionSources, AJobInheritsNothingFromTheJobAround) {
  launches_steps = false;
  inherit({{kImage, "/i.sif"}, {"mounts", "/inherited"}, {"writable", kYes}});
  native.reset();
  CHECK(resolve().values.empty());
  CHECK(slurm.variables.empty());
  found = {{"container-image", "/own.sif"}};
  inherit({{kImage, "/i.sif"}, {"mounts", "/inherited"}});
  CHECK((OptionValues{{kImage, "/own.sif"}} == settings()));
  // What another release left there is no matter of its.
  slurm.variables[kJobVariable] = "unknown=1\n";
  CHECK((OptionValues{{kImage, "/own.sif"}} == settings()));
}

TEST(OptionSources, NoneTakesBackWhatIsInherited) {
  inherit({{kImage, "/i.sif"}, {"mounts", "/inherited"}});
  native = "none";
  CHECK((OptionValues{{kImage, ""}} == settings()));
  native.reset();
  inherit({{kImage, "/i.sif"}});
  found = {{"container-image", "none"}};
  CHECK((OptionValues{{kImage, ""}} == settings()));
  found.clear();
  inherit({{kImage, "/i.sif"}});
  slurm.variables["SLIPWAY_IMAGE"] = "none";
  CHECK((OptionValues{{kImage, ""}} == settings()));
}

// What a shell makes of --container=$UNSET.
TEST(OptionSources, AnEmptyImageIsAMistake) {
  const auto says = [&](const char* option) {
    STRCMP_EQUAL((std::string(option) + "=: names no image; name one, or none for a step on the host").c_str(),
                 complaint().c_str());
  };
  for (const bool is_inside : {false, true}) {
    if (is_inside) inherit({{kImage, "/i.sif"}});
    native = "";
    says("--container");
    native.reset();
    found = {{"container-image", ""}};
    says("--container-image");
    found.clear();
  }
  slurm.variables["SLIPWAY_IMAGE"] = "";
  inherit({{kImage, "/i.sif"}});
  says("SLIPWAY_IMAGE");
  // Where nothing asks for a container, such a variable is as good as none.
  slurm.variables["SLIPWAY_IMAGE"] = "";
  CHECK(resolve().values.empty());
}

TEST(OptionSources, AStepWithOptionsHasAnImage) {
  native.reset();
  found = {{"container-mounts", "/a"}};
  STRCMP_EQUAL("--container-mounts: asks for a container, and no image is named; add --container=IMAGE",
               complaint().c_str());
}

TEST(OptionSources, ErrorsNameWhatTheUserSaid) {
  slurm.variables = {{"SLIPWAY_MOUNTS", "/a:b"}};
  STRCMP_CONTAINS("SLIPWAY_MOUNTS=/a:b: b is not an absolute path", complaint().c_str());
  slurm.variables = {{"PYXIS_CONTAINER_WORKDIR", "relative"}};
  STRCMP_CONTAINS("PYXIS_CONTAINER_WORKDIR=relative: is not an absolute path", complaint().c_str());
  slurm.variables = {{"SLIPWAY_OVERLAY", "$X"}};
  STRCMP_CONTAINS("SLIPWAY_OVERLAY=$X: holds a variable", complaint().c_str());
  slurm.variables = {{"APPTAINER_BIND", "/a:/b"}};
  found = {{"container-mounts", "/c:d"}};
  STRCMP_CONTAINS("--container-mounts=/c:d: d is not an absolute path", complaint().c_str());
  slurm.variables.clear();
  found = {{"container-ns", "user"}};
  STRCMP_CONTAINS("--container-ns=user: there is no user", complaint().c_str());
  native.reset();
  STRCMP_CONTAINS("--container-ns: asks for a container", complaint().c_str());
}

TEST(OptionSources, ErrorsNameWhatNamedTheImage) {
  constexpr char kAddress[] = "docker://x";
  const auto says = [&](const std::string& source) {
    STRCMP_CONTAINS((source + "=docker://x: is an address").c_str(), complaint().c_str());
  };
  native = kAddress;
  says("--container");
  slurm.variables = {{"SRUN_CONTAINER", kAddress}};
  says("SRUN_CONTAINER");
  typed = {"srun", "--container=docker://x"};
  says("--container");
  native.reset();
  found = {{"container-image", kAddress}};
  says("--container-image");
  found.clear();
  for (const char* variable : {"SLIPWAY_IMAGE", "PYXIS_CONTAINER_IMAGE", "SLURM_CONTAINER"}) {
    slurm.variables = {{variable, kAddress}};
    says(variable);
  }
  // What a step inherits, its job's user has typed.
  slurm.variables = {{"SLURM_CONTAINER", kAddress}, {"SLURM_JOB_ID", "7"}};
  says("--container");
  launches_steps = false;
  typed = {"sbatch"};
  native = kAddress;
  slurm.variables = {{"SBATCH_CONTAINER", kAddress}};
  says("SBATCH_CONTAINER");
}

TEST(OptionSources, WhatErrorsNameGoesAlongToTheNodesAndToAJobsSteps) {
  slurm.variables = {{"SLIPWAY_WORKDIR", "/w"}, {"APPTAINER_BIND", "/b"}};
  found = {{"container-ns", "net"}, {"container-mounts", "/a"}, {"container-readonly", ""}, {"container-app", "x"}};
  const OptionValues values = values_in(to_text(resolve().values));
  STRCMP_EQUAL("--container", source_of(values, kImage).c_str());
  STRCMP_EQUAL("--container-ns", source_of(values, "unshare").c_str());
  STRCMP_EQUAL("--container-readonly", source_of(values, "writable").c_str());
  STRCMP_EQUAL("--container-app", source_of(values, "app").c_str());
  STRCMP_EQUAL("SLIPWAY_WORKDIR", source_of(values, "workdir").c_str());
  STRCMP_EQUAL("--container-mounts and APPTAINER_BIND", source_of(values, "mounts").c_str());
  inherit(values);
  native.reset();
  found.clear();
  slurm.variables["SLIPWAY_APP"] = "y";
  const OptionValues of_step = resolve().values;
  STRCMP_EQUAL("--container-ns", source_of(of_step, "unshare").c_str());
  STRCMP_EQUAL("SLIPWAY_APP", source_of(of_step, "app").c_str());
}

TEST(OptionSources, AStepThatNamesNoneRunsOnTheHostWhateverItsOptions) {
  found = {{"container-mounts", "/a"}};
  native = "none";
  CHECK((OptionValues{{kImage, ""}} == settings()));
  native.reset();
  found.emplace_back("container-image", "none");
  CHECK((OptionValues{{kImage, ""}} == settings()));
}

TEST(OptionSources, NoneIsInherited) {
  inherit({{kImage, "none"}, {"mounts", "/inherited"}});
  native.reset();
  CHECK((OptionValues{{kImage, ""}} == settings()));
}

TEST(OptionSources, AFileCalledNoneHasAnotherName) {
  native = "./none";
  STRCMP_EQUAL("/here/./none", value(kImage).c_str());
}

TEST(OptionSources, OptionsAreForTheSitesImageToo) {
  native.reset();
  may_have_sites_image = true;
  CHECK(resolve().values.empty());
  found = {{"container-mounts", "/a"}};
  CHECK((OptionValues{{kImage, kSitesImage}, {"mounts", "/a"}} == settings()));
  found.clear();
  slurm.variables["SLIPWAY_MOUNTS"] = "/a";
  CHECK((OptionValues{{"mounts", "/a"}} == settings()));
  slurm.variables["SLIPWAY_WRITABLE"] = "maybe";
  STRCMP_CONTAINS("SLIPWAY_WRITABLE=maybe", complaint().c_str());
  native = "none";
  STRCMP_EQUAL("", complaint().c_str());
}

TEST(OptionSources, AJobWithOptionsAndNoImagePassesThemOn) {
  native.reset();
  launches_steps = false;
  found = {{"container-mounts", "a"}};
  slurm.variables["SLIPWAY_CONTAIN"] = "1";
  CHECK((OptionValues{{"contain", kYes}, {"mounts", "/here/a"}} == settings()));
}

TEST(OptionSources, VariablesAloneAskForNoContainer) {
  native.reset();
  slurm.variables["SLIPWAY_MOUNTS"] = "/a";
  CHECK(resolve().values.empty());
}

TEST(OptionSources, ABadVariableFailsACommandWithAContainer) {
  slurm.variables["SLIPWAY_WRITABLE"] = "maybe";
  STRCMP_EQUAL("SLIPWAY_WRITABLE=maybe: is neither yes nor no; set it to one of the two, or unset it",
               complaint().c_str());
  slurm.variables = {{"PYXIS_CONTAINER_MOUNTS", "/a:b"}};
  STRCMP_CONTAINS("is not an absolute path inside the container", complaint().c_str());
}

TEST(OptionSources, ABadVariableFailsNoOtherCommand) {
  native.reset();
  for (const bool steps : {true, false}) {
    launches_steps = steps;
    slurm.variables = {
        {"SLIPWAY_WRITABLE", "maybe"}, {"SLIPWAY_MOUNTS", ":"}, {"SLIPWAY_ENV", "A=1\n"}, {"SLIPWAY_APP", "x"}};
    STRCMP_EQUAL("", complaint().c_str());
  }
}

TEST(OptionSources, ABadVariableStaysForTheJobsOwnSteps) {
  native.reset();
  launches_steps = false;
  slurm.variables = {{"SLIPWAY_WRITABLE", "maybe"}, {"SLIPWAY_MOUNTS", ":"}, {"SLIPWAY_APP", "x"}};
  CHECK((OptionValues{{"app", "x"}} == settings()));
  LONGS_EQUAL(2, slurm.variables.size());
}

TEST(OptionSources, ABadVariableFailsNoCommandThatSaysOtherwise) {
  slurm.variables["SLIPWAY_WRITABLE"] = "maybe";
  found = {{"container-writable", ""}};
  STRCMP_EQUAL(kYes, value("writable").c_str());
  slurm.variables = {{"SLIPWAY_WORKDIR", "/ours"}, {"PYXIS_CONTAINER_WORKDIR", "relative"}};
  found.clear();
  STRCMP_EQUAL("/ours", value("workdir").c_str());
}

TEST(OptionSources, WhatANewerReleasePassesOnFailsContainersOnly) {
  slurm.variables[kJobVariable] = ";colour=blue";
  STRCMP_CONTAINS("does not know colour", complaint().c_str());
  slurm.variables[kJobVariable] = ";colour=blue";
  native.reset();
  STRCMP_EQUAL("", complaint().c_str());
}

TEST(OptionSources, WhatTheReleaseBeforePassesOnCounts) {
  slurm.variables[kJobVariable] = "mounts=/a;b:/x\nworkdir=/w\n";
  STRCMP_EQUAL("/a;b:/x", value("mounts").c_str());
}

TEST(OptionSources, RelativePathsAreTakenFromTheDirectory) {
  native = "i.sif";
  slurm.variables["SLIPWAY_OVERLAY"] = "o";
  found = {{"container-mounts", "a:/b"}, {"container-env-file", "e"}};
  CHECK((OptionValues{
             {"env_file", "/here/e"}, {kImage, "/here/i.sif"}, {"mounts", "/here/a:/b"}, {"overlay", "/here/o"}} ==
         settings()));
}

TEST(OptionSources, ALineBreakInTheDirectoryIsNoPartOfAPath) {
  directory = "/x\ncontain=yes";
  native = "i.sif";
  STRCMP_CONTAINS("line break", complaint().c_str());
  native = "/i.sif";
  found = {{"container-mounts", "a"}};
  STRCMP_CONTAINS("line break", complaint().c_str());
}

TEST(OptionSources, WhatWasTypedCountsForOneComponent) {
  OptionSources sources(slurm, registered, typed);
  sources.take(spelling_of("container-workdir"), "/w");
  sources.take_native_image("/a.sif");
  LONGS_EQUAL(2, sources.resolve(directory, true, false).values.size());
  CHECK(sources.resolve(directory, true, false).values.empty());
}

TEST(OptionSources, WhatSlurmCarriesOverToAJobsNextComponentGivesWay) {
  const OptionSpelling spelling = spelling_of("container-workdir");
  for (const bool is_step : {false, true}) {
    OptionSources sources(slurm, registered, {"sbatch"});
    sources.take_native_image("/i.sif");
    sources.take(spelling, "/a");
    sources.resolve(directory, is_step, false);
    sources.take(spelling, "/a");
    if (is_step) {
      CHECK_THROWS(Error, sources.take(spelling, "/b"));
      continue;
    }
    sources.take(spelling, "/b");
    CHECK_THROWS(Error, sources.take(spelling, "/c"));
    STRCMP_EQUAL("/b", sources.resolve(directory, is_step, false).values.at("workdir").c_str());
  }
}
