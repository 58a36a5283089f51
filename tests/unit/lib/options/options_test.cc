// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/options.h"

#include <sched.h>

#include "lib/base/error.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Names = std::vector<std::string>;
using Variables = std::vector<std::pair<std::string, std::string>>;

TEST_GROUP(Options){
    static Options read(const std::string& setting, const std::string& value){return read_options({{setting, value}});
}
static std::string complaint_about(const std::string& setting, const std::string& value) {
  try {
    read(setting, value);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}
static std::string absolute(const std::string& setting, const std::string& value,
                            const std::string& directory = "/here") {
  return with_absolute_paths({{setting, value}}, directory).at(setting);
}
static std::string complaint_of_paths(const std::string& setting, const std::string& value,
                                      const std::string& directory = "/here") {
  try {
    absolute(setting, value, directory);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}
}
;

TEST(Options, NothingIsAskedForByDefault) {
  const Options options = read_options({});
  CHECK(options.mounts.empty() && options.host_variables.empty() && options.set_variables.empty());
  CHECK_FALSE(options.mount_home || options.run || options.writable || options.remap_root || options.namespaces ||
              options.batch_in_image);
  CHECK_FALSE(options.contain || options.clean_environment || options.without_tmp || options.without_home ||
              options.without_cwd || options.overlay_read_only);
  CHECK(options.workdir.empty() && options.environment_file.empty() && options.app.empty() && options.overlay.empty());
}

TEST(Options, AnEmptyValueAsksForNothing) {
  for (const OptionSpelling& spelling : option_spellings()) {
    STRCMP_EQUAL("", complaint_about(spelling.setting, "").c_str());
  }
  CHECK_FALSE(read("writable", "").writable.has_value());
}

TEST(Options, EveryOptionWithAnArgumentIsUnderstoodOrRefused) {
  const std::map<std::string, std::string> nonsense = {{"mounts", ":"},  {"workdir", "x"}, {"no_mount", "x"},
                                                       {"env", "="},     {"overlay", ":"}, {"app", "/"},
                                                       {"unshare", "x"}, {"batch", "x"}, {"mpi", "x"},
                                                       {"fabric", "x"},  {"gpu_bind", "x"}, {"nic_bind", "x"},
                                                       {"device", "x"},  {"name", "x"},    {"save", "x"}};
  for (const OptionSpelling& spelling : option_spellings()) {
    const auto bad = nonsense.find(spelling.setting);
    const bool takes_anything = std::string(spelling.setting) == kImage || std::string(spelling.setting) == "env_file";
    if (!spelling.argument || takes_anything) continue;
    CHECK_TEXT(bad != nonsense.end(), spelling.setting);
    STRCMP_CONTAINS((option_of(spelling.setting) + "=" + bad->second + ": ").c_str(),
                    complaint_about(spelling.setting, bad->second).c_str());
  }
}

TEST(Options, YesAndNoAreBothAnAnswer) {
  CHECK(read("mount_home", kYes).mount_home == true);
  CHECK(read("mount_home", kNo).mount_home == false);
  CHECK(read("run", kYes).run == true);
  CHECK(read("writable", kNo).writable == false);
  CHECK(read("remap_root", kYes).remap_root == true);
  CHECK(read("contain", kYes).contain);
  CHECK_FALSE(read("contain", kNo).contain);
  CHECK(read("cleanenv", kYes).clean_environment);
}

TEST(Options, MountsAreWords) {
  const Options options = read("mounts", "/a,tmpfs:/b");
  LONGS_EQUAL(2, options.mounts.size());
  CHECK(options.mounts[1].kind == MountWord::kTmpfs);
}

TEST(Options, WhatIsNotMountedIsAList) {
  const Options options = read("no_mount", "cwd,tmp");
  CHECK(options.without_cwd && options.without_tmp);
  CHECK_FALSE(options.without_home);
}

TEST(Options, WhatIsNotMountedHasThreeNames) {
  STRCMP_EQUAL("--container-no-mount=tmp,sys: there is no sys; name some of tmp, home and cwd",
               complaint_about("no_mount", "tmp,sys").c_str());
  for (const char* value : {"tmp,", ",", "tmp,,cwd"}) {
    STRCMP_CONTAINS("a name is empty", complaint_about("no_mount", value).c_str());
  }
  STRCMP_CONTAINS("there is no  tmp", complaint_about("no_mount", " tmp").c_str());
}

TEST(Options, AVariableWithoutAValueIsTheHosts) {
  const Options options = read("env", "A,_b1");
  CHECK((Names{"A", "_b1"} == options.host_variables));
  CHECK(options.set_variables.empty());
}

TEST(Options, AVariableWithAValueIsSet) {
  const Options options = read("env", "A=1,B=,C==x=");
  CHECK((Variables{{"A", "1"}, {"B", ""}, {"C", "=x="}} == options.set_variables));
  CHECK(options.host_variables.empty());
}

TEST(Options, AVariablesValueMayHoldACommaBehindABackslash) {
  CHECK((Variables{{"A", "1,2\\"}, {"B", "3"}} == read("env", "A=1\\,2\\\\,B=3").set_variables));
  CHECK((Variables{{"A", "1\\"}} == read("env", "A=1\\").set_variables));
}

TEST(Options, AVariableIsCalledAsInAShell) {
  for (const char* value : {"1A", "A-B=1", " A", "A.B", "A*", "\xc3\xa4=1", "-A"}) {
    STRCMP_CONTAINS("is not the name of a variable", complaint_about("env", value).c_str());
  }
}

TEST(Options, AVariableHasAName) {
  for (const char* value : {"=x", ",", "A,", "A=1,,B"})
    STRCMP_CONTAINS("a name is empty", complaint_about("env", value).c_str());
}

TEST(Options, AWorkdirIsAbsolute) {
  STRCMP_EQUAL("/a/../b", read("workdir", "/a/../b").workdir.c_str());
  for (const char* value : {"a", "./a", "~", "-"})
    STRCMP_CONTAINS("is not an absolute path", complaint_about("workdir", value).c_str());
}

TEST(Options, AnOverlayIsWrittenUnlessItSaysOtherwise) {
  STRCMP_EQUAL("/a", read("overlay", "/a").overlay.c_str());
  CHECK_FALSE(read("overlay", "/a").overlay_read_only);
  CHECK_FALSE(read("overlay", "/a:rw").overlay_read_only);
  CHECK(read("overlay", "/a:ro").overlay_read_only);
}

TEST(Options, AnOverlayMayHaveAColonBehindABackslash) {
  const Options options = read("overlay", "/a\\:b:ro");
  STRCMP_EQUAL("/a:b", options.overlay.c_str());
  CHECK(options.overlay_read_only);
}

TEST(Options, AnOverlayIsOneDirectory) {
  for (const char* value : {":", ":ro", "/a:", "/a:x", "/a:ro:", "/a:/b", "/a:ro+rw"}) {
    STRCMP_CONTAINS("is no directory; write DIR or DIR:ro", complaint_about("overlay", value).c_str());
  }
}

TEST(Options, AnAppIsOneName) {
  STRCMP_EQUAL("-solver", read("app", "-solver").app.c_str());
  for (const char* value : {"..", ".", "a/b", "/", ".x", "../a"}) {
    STRCMP_CONTAINS("is not the name of an app", complaint_about("app", value).c_str());
  }
}

TEST(Options, NamespacesAreAList) {
  LONGS_EQUAL(CLONE_NEWNET | CLONE_NEWPID, *read("unshare", "net,pid").namespaces);
  LONGS_EQUAL(CLONE_NEWIPC | CLONE_NEWUTS, namespaces_of("ipc,uts,ipc", "--x"));
}

TEST(Options, NoNamespacesAreAnAnswerToo) {
  CHECK(read("unshare", "none").namespaces.has_value());
  LONGS_EQUAL(0, *read("unshare", "none").namespaces);
}

TEST(Options, OtherNamespacesAreErrors) {
  STRCMP_EQUAL("--container-unshare=net,user: there is no user; name some of net, ipc, uts and pid, or none",
               complaint_about("unshare", "net,user").c_str());
  for (const char* value : {"net,", ",", "none,net", "NET", "mnt", "net pid"}) {
    CHECK_TEXT(!complaint_about("unshare", value).empty(), value);
  }
}

TEST(Options, AScriptRunsInTheImageOrOnTheHost) {
  CHECK(read("batch", "image").batch_in_image == true);
  CHECK(read("batch", "host").batch_in_image == false);
  STRCMP_CONTAINS("is neither image nor host", complaint_about("batch", "yes").c_str());
}

TEST(Options, RelativePathsAreTakenFromTheDirectory) {
  STRCMP_EQUAL("/here/a:/b,/c", absolute("mounts", "a:/b,/c").c_str());
  STRCMP_EQUAL("/here/o:ro", absolute("overlay", "o:ro").c_str());
  STRCMP_EQUAL("/here/e", absolute("env_file", "e").c_str());
  STRCMP_EQUAL("/here/-", absolute("env_file", "-").c_str());
}

TEST(Options, PathsFromTheRootHaveOneSlash) {
  STRCMP_EQUAL("/o", absolute("overlay", "o", "/").c_str());
  STRCMP_EQUAL("/e", absolute("env_file", "e", "/").c_str());
}

TEST(Options, TheDirectorysOwnColonsAreEscaped) {
  STRCMP_EQUAL("/a:b\\/o", read("overlay", absolute("overlay", "o:ro", "/a:b\\")).overlay.c_str());
}

// What is no path list is taken as it is.
TEST(Options, AFileOfVariablesMayHaveAnyName) {
  STRCMP_EQUAL("/a:b/x,\\y", absolute("env_file", "x,\\y", "/a:b").c_str());
}

TEST(Options, AnEscapedSlashBeginsAnAbsolutePathToo) {
  STRCMP_EQUAL("\\/o", absolute("overlay", "\\/o").c_str());
  STRCMP_EQUAL("\\/m", absolute("mounts", "\\/m").c_str());
}

TEST(Options, PlacesInsideAndEmptyValuesStayAsTheyAre) {
  STRCMP_EQUAL("", absolute("mounts", "").c_str());
  STRCMP_EQUAL("", absolute("env_file", "").c_str());
  STRCMP_EQUAL("/w", absolute("workdir", "/w").c_str());
}

TEST(Options, WhatIsAbsoluteStaysSo) {
  const OptionValues values = {{"mounts", "a\\,b:/c,tmpfs:/t,d\\"}, {"overlay", "o\\:p:ro"}, {"env_file", "e\\"}};
  const OptionValues once = with_absolute_paths(values, "/x,y:z\\");
  CHECK(once == with_absolute_paths(once, "/elsewhere"));
}

// It would begin another setting, or another component.
TEST(Options, ALineBreakIsNoPartOfAValue) {
  STRCMP_CONTAINS("--container-app=a\\x0acomponent=1: a line break cannot be part of it",
                  complaint_of_paths("app", "a\ncomponent=1").c_str());
  for (const char* setting : {"image", "mounts", "overlay", "env_file", "workdir", "env"}) {
    STRCMP_CONTAINS("a line break cannot be part of it", complaint_of_paths(setting, "/A\nimage=/b").c_str());
  }
}

TEST(Options, ALineBreakOfTheDirectoryIsNoneEither) {
  for (const char* setting : {"mounts", "overlay", "env_file"}) {
    STRCMP_CONTAINS("a line break cannot be part of it", complaint_of_paths(setting, "a", "/x\ncontain=yes").c_str());
  }
}

TEST(Options, WhatIsNotUnderstoodIsToldEarly) {
  STRCMP_CONTAINS("--container-batch=x: ", complaint_of_paths("batch", "x").c_str());
}

TEST(Options, TheMpiIsTheImagesUnlessTheHostsIsAskedFor) {
  CHECK(!read("mpi", "").mpi && read("mpi", "image").mpi == Mpi::kImage);
  CHECK(read("mpi", "host").mpi == Mpi::kHost && read("mpi", "none").mpi == Mpi::kNone);
  STRCMP_CONTAINS("--container-mpi=pmix: is none of image, host and none", complaint_about("mpi", "pmix").c_str());
  CHECK(read("fabric", "host").fabric_of_host);
  CHECK_FALSE(read("fabric", "image").fabric_of_host);
  STRCMP_CONTAINS("--container-fabric=none: is neither image nor host", complaint_about("fabric", "none").c_str());
}

TEST(Options, NamesOfVariablesAreThoseOfShells) {
  for (const char* name : {"A", "_", "a1", "__A_1"}) CHECK_TEXT(is_variable_name(name), name);
  for (const char* name : {"", "1", "A B", "A=", "A*", "\xc3\xa4", "A\n"})
    CHECK_FALSE_TEXT(is_variable_name(name), name);
  CHECK_FALSE(is_variable_name(std::string_view("A\0B", 3)));
}

TEST(Options, LongValuesAreReadAndErrorsStayShort) {
  const std::string name(100000, 'A');
  STRCMP_EQUAL(name.c_str(), read("env", name + "=" + name).set_variables[0].second.c_str());
  CHECK(complaint_about("no_mount", name).size() < 10000);
}
