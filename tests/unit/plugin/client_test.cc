// SPDX-License-Identifier: BSD-3-Clause

// Which image srun, sbatch and salloc choose, and what they pass on.
#include "plugin/client.h"

#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <regex>

#include "lib/base/error.h"
#include "plugin/components.h"
#include "plugin/marker.h"
#include "tests/unit/fake_slurm.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

namespace {
void have_oci_conf(TemporaryDirectory& directory) {
  setenv("SLURM_CONF", directory.write("slurm.conf", "").c_str(), 1);
  directory.write("oci.conf", "");
}
}  // namespace

TEST_GROUP(Client) {
  FakeSlurm slurm;
  Settings settings;

  void setup() override { setenv("SLURM_CONF", "/nowhere/slurm.conf", 1); }
  void teardown() override {
    unsetenv("SLURM_CONF");
    slurm = FakeSlurm();  // CppUTest counts leaks before members are destroyed
    settings = Settings();
  }
  // One component; `native` and `option` are what the user typed, if anything.
  struct Typed {
    const char *native, *option;
  };
  static std::string message_of(const std::function<void()>& body) {
    try {
      body();
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
  std::string complaint_about(const std::vector<Typed>& components) {
    return message_of([&] { type(components); });
  }
  void type(const std::vector<Typed>& components) {
    Client client(slurm, settings);
    for (const Typed& typed : components) {
      // As Slurm does it: only where it is unset.
      if (typed.native && !slurm.variables.count("SLURM_CONTAINER")) slurm.variables["SLURM_CONTAINER"] = typed.native;
      if (typed.option) client.take_option(option_spellings().front(), typed.option);
      client.options_are_parsed(slurm);
    }
    client.launch(slurm);
  }
  // Without what errors name them by.
  std::string images() {
    const std::string text = slurm.environment(kStepVariable).value_or("none");
    return std::regex_replace(text, std::regex(";said_by=[^;]*"), "");
  }
  std::string runtime() { return slurm.option("runtime").value_or("none"); }
  std::string job_image() { return slurm.environment("SLURM_CONTAINER").value_or("none"); }
};

TEST(Client, AStepWithoutAContainerIsUntouched) {
  type({{nullptr, nullptr}});
  CHECK(slurm.variables.empty());
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Client, WhatIsInheritedCounts) {
  slurm.variables["SLURM_CONTAINER"] = "/inherited.sif";
  type({{nullptr, nullptr}});
  STRCMP_EQUAL(";component=0;image=/inherited.sif", images().c_str());
  STRCMP_EQUAL("./app", unmark_command(slurm.command[0]).c_str());
  CHECK(slurm.command[0] != "./app");
}

TEST(Client, WhatIsGivenBeatsWhatIsInherited) {
  slurm.variables["SLURM_CONTAINER"] = "/inherited.sif";
  type({{"/given.sif", nullptr}});
  STRCMP_EQUAL(";component=0;image=/given.sif", images().c_str());
}

TEST(Client, TheAliasBeatsWhatIsInherited) {
  slurm.variables["SLURM_CONTAINER"] = "/inherited.sif";
  type({{nullptr, "/given.sif"}});
  STRCMP_EQUAL(";component=0;image=/given.sif", images().c_str());
}

TEST(Client, WhatAnOuterStepPassedOnIsStale) {
  slurm.variables[kStepVariable] = ";component=0;image=/outer.sif";
  slurm.variables["SLURM_SPANK__SLURM_SPANK_OPTION_slipway_container_image"] = "/outer.sif";
  type({{nullptr, nullptr}});
  CHECK(slurm.variables.empty());
}

TEST(Client, AnEmptyImageIsNone) {
  slurm.variables["SLURM_CONTAINER"] = "";
  type({{nullptr, nullptr}});
  CHECK(slurm.variables.empty());
}

TEST(Client, BothNamesMustAgree) {
  STRCMP_CONTAINS("name different images", complaint_about({{"/a.sif", "/b.sif"}}).c_str());
  STRCMP_EQUAL("", complaint_about({{"/a.sif", "/a.sif"}}).c_str());
}

TEST(Client, RelativePathsAreTakenFromHere) {
  LONGS_EQUAL(0, chdir("/usr"));
  type({{"images/a.sif", nullptr}});
  STRCMP_EQUAL(";component=0;image=/usr/images/a.sif", images().c_str());
  LONGS_EQUAL(0, chdir("/"));
  type({{"a.sif", nullptr}});
  STRCMP_EQUAL(";component=0;image=/a.sif", images().c_str());
}

TEST(Client, AddressesAndLineBreaksAreNoImages) {
  STRCMP_CONTAINS("is an address", complaint_about({{"docker://alpine", nullptr}}).c_str());
  STRCMP_CONTAINS("line break", complaint_about({{"/a\nb", nullptr}}).c_str());
}

TEST(Client, EachComponentHasItsOwn) {
  slurm.typed = {"srun", mark_command("a"), ":", mark_command("b"), ":", mark_command("c")};
  type({{"/a.sif", nullptr}, {nullptr, "/b.sif"}, {"/c.sif", nullptr}});
  STRCMP_EQUAL(";component=0;image=/a.sif;component=1;image=/b.sif;component=2;image=/c.sif", images().c_str());
}

TEST(Client, AComponentMayHaveNone) {
  slurm.typed = {"srun", "a", ":", mark_command("b")};
  type({{nullptr, nullptr}, {nullptr, "/b.sif"}});
  STRCMP_EQUAL(";component=0;component=1;image=/b.sif", images().c_str());
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
}

TEST(Client, AJobHasTheFirstImageThatIsNamed) {
  slurm.is_srun = false;
  slurm.is_salloc = true;
  Client client(slurm, settings);
  client.options_are_parsed(slurm);
  client.take_option(option_spellings().front(), "/b.sif");
  client.options_are_parsed(slurm);
  client.take_option(option_spellings().front(), "/b.sif");
  client.options_are_parsed(slurm);
  STRCMP_EQUAL("/b.sif", job_image().c_str());
  STRCMP_EQUAL("none", images().c_str());
}

TEST(Client, AJobsImageIsNamedInSbatchsFirstComponent) {
  slurm.is_srun = false;
  STRCMP_EQUAL("", complaint_about({{nullptr, "/a.sif"}, {nullptr, nullptr}}).c_str());
  slurm.variables.clear();
  STRCMP_CONTAINS("does not reach sbatch's script", complaint_about({{nullptr, nullptr}, {nullptr, "/b.sif"}}).c_str());
}

TEST(Client, TheAdminsMistakeFailsContainersOnly) {
  settings.error = "plugstack.conf: no";
  STRCMP_EQUAL("", complaint_about({{nullptr, nullptr}}).c_str());
  STRCMP_EQUAL("plugstack.conf: no", complaint_about({{"/a.sif", nullptr}}).c_str());
}

TEST(Client, AnOciConfIsRefused) {
  TemporaryDirectory directory;
  setenv("SLURM_CONF", directory.write("slurm.conf", "").c_str(), 1);
  STRCMP_EQUAL("", complaint_about({{"/a.sif", nullptr}}).c_str());
  slurm = FakeSlurm();
  have_oci_conf(directory);
  STRCMP_CONTAINS("oci.conf", complaint_about({{"/a.sif", nullptr}}).c_str());
}

TEST(Client, AJobWithAContainerNamesTheRuntime) {
  slurm.is_srun = false;
  slurm.has_runtime = true;
  type({{nullptr, nullptr}});
  STRCMP_EQUAL("none", runtime().c_str());
  type({{"/a.sif", nullptr}});
  STRCMP_EQUAL("runtime/slipway", runtime().c_str());
}

TEST(Client, AJobNamesNoRuntimeThatSlurmDoesNotFind) {
  slurm.is_srun = false;
  type({{"/a.sif", nullptr}});
  STRCMP_EQUAL("none", runtime().c_str());
}

TEST(Client, AStepNamesTheRuntimeOnlyBesideAnOciConf) {
  slurm.has_runtime = true;
  type({{"/a.sif", nullptr}});
  STRCMP_EQUAL("none", runtime().c_str());
  TemporaryDirectory directory;
  have_oci_conf(directory);
  STRCMP_EQUAL("", complaint_about({{"/a.sif", nullptr}}).c_str());
  STRCMP_EQUAL("runtime/slipway", runtime().c_str());
}

TEST(Client, ARuntimeThatTheUserNamesIsTheirs) {
  slurm.options["runtime"] = "runtime/slipway";
  type({{nullptr, nullptr}});
  STRCMP_EQUAL("runtime/slipway", runtime().c_str());
  slurm.options["runtime"] = "runtime/oci";
  type({{nullptr, nullptr}});
  STRCMP_EQUAL("runtime/oci", runtime().c_str());
}

TEST(Client, AContainerGoesWithNoOtherRuntime) {
  for (const bool is_srun : {true, false}) {
    for (const char* other : {"none", "oci"}) {
      slurm = FakeSlurm();
      slurm.is_srun = is_srun;
      slurm.options["runtime"] = std::string("runtime/") + other;
      STRCMP_EQUAL((std::string("--runtime=") + other +
                    ": does not go with a container of slipway's; leave out the one or the other")
                       .c_str(),
                   complaint_about({{"/a.sif", nullptr}}).c_str());
    }
  }
}

TEST(Client, ItsRuntimeGetsTheContainerOfOci) {
  TemporaryDirectory directory;
  have_oci_conf(directory);
  for (const bool is_srun : {true, false}) {
    slurm = FakeSlurm();
    slurm.is_srun = is_srun;
    slurm.options = {{"runtime", "runtime/oci"}, {"container", "/bundle"}};
    type({{"/bundle", nullptr}});
    STRCMP_EQUAL("/bundle", slurm.options["container"].c_str());
    STRCMP_EQUAL("./app", slurm.command[0].c_str());
    STRCMP_EQUAL(is_srun ? ";component=0;image=" : "none", images().c_str());
    STRCMP_EQUAL("none", job_image().c_str());
  }
}

TEST(Client, OciWithoutAContainerOfItsOwnGetsNone) {
  TemporaryDirectory directory;
  have_oci_conf(directory);
  slurm.options["runtime"] = "runtime/oci";
  slurm.variables["SLURM_CONTAINER"] = "/inherited.sif";
  STRCMP_CONTAINS("--runtime=oci: does not go", complaint_about({{nullptr, nullptr}}).c_str());
}

TEST(Client, MultiProgNeedsASlurmThatCanPrepend) {
  setenv("SLURM_MULTI_PROG", "1", 1);
  STRCMP_CONTAINS("--multi-prog", complaint_about({{"/a.sif", nullptr}}).c_str());
  slurm = FakeSlurm();
  slurm.prepends = true;
  STRCMP_EQUAL("", complaint_about({{"/a.sif", nullptr}}).c_str());
  slurm = FakeSlurm();
  settings = read_settings(std::vector<std::string>{"partition:debug.force_image=/site.sif"});
  STRCMP_CONTAINS("this site may have one for the step", complaint_about({{nullptr, nullptr}}).c_str());
  slurm = FakeSlurm();
  STRCMP_EQUAL("", complaint_about({{"none", nullptr}}).c_str());
  unsetenv("SLURM_MULTI_PROG");
}

TEST(Client, ASiteMayForbidScriptsOnTheHostAroundItsRanks) {
  const auto allow = [&](const char* word) { settings = read_settings(std::vector<std::string>{word}); };
  for (const char* option : {"task-prolog", "task-epilog"}) {
    slurm = FakeSlurm();
    slurm.options[option] = "/script";
    allow("task_scripts=yes");
    STRCMP_EQUAL("", complaint_about({{"/a.sif", nullptr}}).c_str());
    allow("task_scripts=no");
    STRCMP_EQUAL((std::string("--") + option + ": is not allowed in steps with a container on this cluster "
                  "(task_scripts=no in plugstack.conf): it runs on the host; leave it out, or ask the admin").c_str(),
                 complaint_about({{"/a.sif", nullptr}}).c_str());
    slurm.variables.clear();
    STRCMP_EQUAL("", complaint_about({{nullptr, nullptr}}).c_str());
  }
}

TEST(Client, WhatIsNotHereIsSaidAtSubmission) {
  const TemporaryDirectory directory;
  directory.write("good.sif", "");
  const std::string good = directory.path() + "/good.sif", bad = directory.path() + "/god.sif";
  type({{bad.c_str(), nullptr}});
  LONGS_EQUAL(0, slurm.warnings.size());
  slurm = FakeSlurm();
  slurm.is_srun = false;
  type({{good.c_str(), nullptr}});
  LONGS_EQUAL(0, slurm.warnings.size());
  type({{bad.c_str(), nullptr}});
  LONGS_EQUAL(1, slurm.warnings.size());
  STRCMP_EQUAL((bad + ": not on this machine; nodes may differ; did you mean " + good + "?").c_str(),
               slurm.warnings[0].c_str());
  slurm = FakeSlurm();
  slurm.is_srun = false;
  slurm.variables["SLIPWAY_MOUNTS"] = directory.path() + ":/a,/no/such/place:/b,tmpfs:/c";
  type({{good.c_str(), nullptr}});
  LONGS_EQUAL(1, slurm.warnings.size());
  STRCMP_CONTAINS("/no/such/place: not on this machine", slurm.warnings[0].c_str());
}

TEST(Client, SlurmsRecordShowsTheImage) {
  type({{nullptr, "/given.sif"}});
  STRCMP_EQUAL("/given.sif", slurm.options["container"].c_str());
  slurm = FakeSlurm();
  slurm.variables["SLURM_CONTAINER"] = "/inherited.sif";
  type({{nullptr, nullptr}});
  STRCMP_EQUAL("/inherited.sif", slurm.options["container"].c_str());
  slurm = FakeSlurm();
  slurm.is_srun = false;
  type({{nullptr, "/given.sif"}});
  STRCMP_EQUAL("/given.sif", slurm.options["container"].c_str());
}

TEST(Client, SlurmsRecordShowsNoImageWhereThereIsNone) {
  slurm.options["container"] = "none";
  type({{"none", nullptr}});
  CHECK_FALSE(slurm.options.count("container"));
  slurm = FakeSlurm();
  slurm.has_container = false;
  type({{nullptr, "/given.sif"}});
  CHECK(slurm.options.empty());
}

// srun's components share the string, and a new value frees it.
TEST(Client, SlurmsRecordOfSeveralComponentsIsLeftAlone) {
  slurm.typed = {"srun", mark_command("a"), ":", mark_command("b")};
  type({{nullptr, "/a.sif"}, {nullptr, "/b.sif"}});
  CHECK_FALSE(slurm.options.count("container"));
}

// The PMIx may be a later component's, and Slurm carries the option over to it.
TEST(Client, OfSeveralComponentsNoneHasABundleWherePmixWouldTakeIt) {
  slurm.typed = {"srun", mark_command("a"), ":", mark_command("b")};
  slurm.options = {{"mpi", "none"}, {"container", "/a.sif"}};
  type({{"/a.sif", nullptr}});
  CHECK_FALSE(slurm.options.count("container"));
  slurm.options["container"] = "/a.sif";
  slurm.breaks_pmix = false;
  type({{"/a.sif", nullptr}});
  STRCMP_EQUAL("/a.sif", slurm.options["container"].c_str());
}

TEST(Client, SrunsContainerIsTheNextComponentsTooUnlessThatHasItsOwn) {
  slurm.typed = {"srun", mark_command("a"), ":", mark_command("b"), ":", mark_command("c"), ":", "d"};
  STRCMP_EQUAL(
      "", complaint_about({{"/a.sif", nullptr}, {nullptr, nullptr}, {nullptr, "/c.sif"}, {"none", nullptr}}).c_str());
  STRCMP_EQUAL(";component=0;image=/a.sif;component=1;image=/a.sif;component=2;image=/c.sif;component=3;image=",
               images().c_str());
}

// salloc looks at the option again when it parses the next component.
TEST(Client, SlurmsRecordShowsTheImageOfSbatchsComponentsNotOfSallocs) {
  for (const bool is_salloc : {false, true}) {
    slurm = FakeSlurm();
    slurm.is_srun = false;
    slurm.is_salloc = is_salloc;
    slurm.typed = {"sbatch", "-N1", ":", "-N1"};
    type({{nullptr, "/a.sif"}});
    LONGS_EQUAL(is_salloc ? 0 : 1, slurm.options.count("container"));
  }
}

TEST(Client, SbatchCannotEmptyTheEnvironmentThatCarriesTheContainer) {
  slurm.is_srun = false;
  slurm.options["export-file"] = "/file";
  STRCMP_CONTAINS("--export-file: does not go with --container", complaint_about({{nullptr, "/a.sif"}}).c_str());
  slurm.variables.clear();
  STRCMP_EQUAL("", complaint_about({{nullptr, nullptr}}).c_str());
}

TEST(Client, SlurmTakesNoImageForABundleOfPmix) {
  for (const char* image : {"/given.sif", "none"}) {
    slurm = FakeSlurm();
    slurm.options = {{"mpi", "pmix_v4"}, {"container", image}};
    type({{image, nullptr}});
    CHECK_FALSE(slurm.options.count("container"));
  }
  for (const char* mpi : {"pmi2", "none"}) {
    slurm.options["mpi"] = mpi;
    type({{nullptr, "/given.sif"}});
    STRCMP_EQUAL("/given.sif", slurm.options["container"].c_str());
  }
  slurm.options["mpi"] = "pmix";
  slurm.breaks_pmix = false;
  type({{nullptr, "/given.sif"}});
  STRCMP_EQUAL("/given.sif", slurm.options["container"].c_str());
}

TEST(Client, AJobsImageHarmsNoStepOfPmix) {
  slurm.is_srun = false;
  slurm.options["mpi"] = "pmix";
  type({{nullptr, "/given.sif"}});
  STRCMP_EQUAL("/given.sif", slurm.options["container"].c_str());
}

TEST(Client, TheDestinationOfABroadcastIsMarkedToo) {
  slurm.options["bcast"] = "/tmp/app";
  type({{"/a.sif", nullptr}});
  STRCMP_EQUAL(mark_command("/tmp/app").c_str(), slurm.options["bcast"].c_str());
}

TEST(Client, WhatIsNotShownAtLaunchIsMarkedAmongSrunsWords) {
  slurm.options["async"] = "set";
  CHECK_THROWS(Error, type({{"/a.sif", nullptr}}));
  CHECK((slurm.starts == std::vector<std::vector<std::string>>{{"srun", mark_command("./app"), "word"}}));
  slurm.typed = slurm.starts[0];
  type({{"/a.sif", nullptr}});
  LONGS_EQUAL(1, slurm.starts.size());
}

TEST(Client, ComponentsWithAnImageAreMarkedAmongSrunsWords) {
  slurm.typed = {"srun", "a", ":", "b", ":", "c"};
  CHECK_THROWS(Error, type({{"/a.sif", nullptr}, {"none", nullptr}, {nullptr, "/c.sif"}}));
  CHECK((slurm.starts ==
         std::vector<std::vector<std::string>>{{"srun", mark_command("a"), ":", "b", ":", mark_command("c")}}));
}

TEST(Client, StepsWithoutAnImageStartOnce) {
  slurm.typed = {"srun", "a", ":", "b"};
  type({{nullptr, nullptr}, {"none", nullptr}});
  LONGS_EQUAL(0, slurm.starts.size());
}

TEST(Client, WhatSrunItselfMustFindCannotBeMarkedAmongItsWords) {
  slurm.options = {{"async", "set"}, {"bcast", "/tmp/app"}};
  STRCMP_CONTAINS("--bcast: does not go with --container and --async", complaint_about({{"/a.sif", nullptr}}).c_str());
  slurm = FakeSlurm();
  slurm.options["bcast"] = "/tmp/app";
  slurm.typed = {"srun", "a", ":", "b"};
  STRCMP_CONTAINS("in a heterogeneous step", complaint_about({{"/a.sif", nullptr}, {"none", nullptr}}).c_str());
  slurm = FakeSlurm();
  slurm.options = {{"async", "set"}, {"multi-prog", "set"}};
  slurm.prepends = true;
  STRCMP_CONTAINS("--multi-prog: does not go with --container and --async",
                  complaint_about({{"/a.sif", nullptr}}).c_str());
}

TEST(Client, EachCommandOfAListIsMarked) {
  slurm.options["multi-prog"] = "set";
  slurm.prepends = true;
  slurm.command = {"list", "0 a\n1-3 b c\n"};
  type({{"/a.sif", nullptr}});
  STRCMP_EQUAL(mark_multi_prog("0 a\n1-3 b c\n").c_str(), slurm.command[1].c_str());
}

TEST(Client, ExplainsInPlaceOfALaunch) {
  settings.words = {{"mount_home=no", "plugstack.conf"}};
  Client client(slurm, settings);
  client.only_explain();
  client.take_option(option_spellings().front(), "/a.sif");
  STRCMP_CONTAINS("slipway: exec", message_of([&] { client.options_are_parsed(slurm); }).c_str());
  CHECK((std::vector<std::string>(slurm.executed.begin(), slurm.executed.begin() + 6) ==
         std::vector<std::string>{BINDIR "/slipway", "explain-parsed", ";image=/a.sif;said_by=image=--container-image",
                                  "mount_home=no", "plugstack.conf", "--"}));
  LONGS_EQUAL(0, slurm.starts.size());
}

TEST(Client, ExplainsWhatHasNoContainerToo) {
  Client client(slurm, settings);
  client.only_explain();
  STRCMP_CONTAINS("slipway: exec", message_of([&] { client.options_are_parsed(slurm); }).c_str());
  STRCMP_EQUAL("", slurm.executed[2].c_str());
}

TEST(Client, ARelativePathIsTheSameImageAsItsWholePath) {
  CHECK(chdir("/tmp") == 0);
  type({{"/tmp/given.sif", "given.sif"}});
  STRCMP_EQUAL(";component=0;image=/tmp/given.sif", images().c_str());
  LONGS_EQUAL(0, chdir("/"));
}

TEST(Client, NoneIsPassedOn) {
  type({{"none", nullptr}});
  STRCMP_EQUAL(";component=0;image=", images().c_str());
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
  slurm = FakeSlurm();
  slurm.is_srun = false;
  Client client(slurm, settings);
  client.take_option(option_spellings().front(), "none");
  client.options_are_parsed(slurm);
  STRCMP_EQUAL("none", slurm.variables["SLURM_CONTAINER"].c_str());
}

TEST(Client, AStepInTheSitesImageIsMarkedAndNamesNone) {
  settings = read_settings(std::vector<std::string>{"default_image=/site.sif"});
  type({{nullptr, nullptr}});
  CHECK(slurm.variables.empty());
  CHECK(slurm.command[0] != "./app");
  STRCMP_EQUAL("./app", unmark_command(slurm.command[0]).c_str());
  LONGS_EQUAL(0, slurm.starts.size());
}

TEST(Client, WhatAForcedImageForbidsIsSaidEarly) {
  settings = read_settings(std::vector<std::string>{"force_image=/site.sif"});
  STRCMP_CONTAINS("all steps here run in /site.sif", complaint_about({{"/a.sif", nullptr}}).c_str());
  slurm = FakeSlurm();
  STRCMP_CONTAINS("--container-image=none", complaint_about({{nullptr, "none"}}).c_str());
  slurm = FakeSlurm();
  STRCMP_EQUAL("", complaint_about({{"/site.sif", nullptr}}).c_str());
}

TEST(Client, WhatIsForOnePartitionIsLeftToTheNodes) {
  settings = read_settings(std::vector<std::string>{"partition:debug.force_image=/site.sif"});
  STRCMP_EQUAL("", complaint_about({{nullptr, nullptr}}).c_str());
  STRCMP_EQUAL("./app", slurm.command[0].c_str());
  STRCMP_EQUAL("", complaint_about({{"/a.sif", nullptr}}).c_str());
}

TEST(Client, TheAdminsMistakeFailsThoseWhoseImageIsTheSites) {
  settings = read_settings(std::vector<std::string>{"force_image=/site.sif", "colour=red"});
  STRCMP_CONTAINS("unknown key colour", complaint_about({{nullptr, nullptr}}).c_str());
  settings = read_settings(std::vector<std::string>{"partition:debug.force_image=/site.sif", "colour=red"});
  STRCMP_EQUAL("", complaint_about({{nullptr, nullptr}}).c_str());
}
