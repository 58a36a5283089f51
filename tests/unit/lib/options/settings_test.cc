// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/settings.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "lib/base/text_file.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Words = std::vector<std::string>;

namespace {

Words texts_of(const std::vector<SettingWord>& words) {
  Words texts;
  for (const SettingWord& word : words) texts.push_back(word.text);
  return texts;
}

}  // namespace

TEST_GROUP(Settings) {
  TemporaryDirectory directory;

  static Settings read(std::vector<std::string> words) {
    return read_settings(words);
  }
  static void takes(const char* word) {
    STRCMP_EQUAL("", read({word}).error.c_str());
  }
  static void refuses(const std::string& word, const char* expected) {
    const std::string key = word.substr(0, word.find('='));
    const std::string remedy = "; ask the admin to set " + key + "= to " + expected;
    const std::string error = read({word}).error;
    STRCMP_CONTAINS("plugstack.conf: ", error.c_str());
    STRCMP_CONTAINS(remedy.c_str(), error.c_str());
  }
};

// Whatever root's file says. Others cannot make one that is believed.
TEST_GROUP(SettingsFile) {
  TemporaryDirectory directory;

  static bool can_write_as_root() {
    if (geteuid() != 0) printf("skipped: needs root\n");
    return geteuid() == 0;
  }
  Settings read(const std::string& text, mode_t mode = 0644) const {
    return read_settings(Words{"config=" + directory.write("config", text, mode)});
  }
  static std::string complaint_about(const std::string& word) {
    return read_settings(Words{word}).error;
  }
};

TEST(Settings, NothingIsTheDefault) {
  const Settings settings = read({});
  STRCMP_EQUAL("", settings.error.c_str());
  CHECK(settings.options == Settings::Options::kPyxis);
  CHECK_FALSE(settings.allow_root);
  CHECK(settings.default_image.empty() && settings.force_image.empty());
  CHECK(settings.trusted_paths.empty());
  LONGS_EQUAL(60, settings.stage_timeout_seconds);
  CHECK(settings.mount_kernel == MountKernel::kTrusted);
  STRCMP_EQUAL(kDefaultFuseProgram, settings.fuse_program.c_str());
  CHECK_FALSE(settings.is_like_pyxis);
  CHECK(settings.mounts.empty() && settings.mounts_deny.empty());
  CHECK_FALSE(settings.mount_home.has_value());
  CHECK(settings.devices == Settings::Devices::kMinimal);
  CHECK(settings.writable == Settings::Writable::kAll);
  STRCMP_EQUAL("50%", settings.writable_size.c_str());
  CHECK(settings.remap_root == Settings::RemapRoot::kUser);
  STRCMP_EQUAL("net,ipc,uts,pid", settings.unshare.c_str());
  CHECK(settings.environment_table.empty() && settings.device_table.empty() && settings.library_table.empty());
  CHECK(settings.env_set.empty() && settings.env_unset.empty() && settings.env_pass.empty());
  CHECK(settings.batch_in_image);
}

TEST(Settings, OptionsIsRead) {
  CHECK(read({"options=native"}).options == Settings::Options::kNative);
  takes("options=pyxis");
  for (const char* word : {"options=", "options", "options=other", "options=native "}) refuses(word, "native or pyxis");
}

TEST(Settings, CompatIsRead) {
  CHECK(read({"compat=pyxis"}).is_like_pyxis);
  CHECK_FALSE(read({"compat=none"}).is_like_pyxis);
  for (const char* word : {"compat=", "compat=apptainer"}) refuses(word, "pyxis or none");
}

TEST(Settings, AllowRootIsRead) {
  CHECK(read({"allow_root=yes"}).allow_root);
  CHECK_FALSE(read({"allow_root=no"}).allow_root);
  for (const char* word : {"allow_root=maybe", "allow_root=1", "allow_root=Yes"}) refuses(word, "yes or no");
}

TEST(Settings, EachTrustedPathCounts) {
  CHECK((read({"trusted_path=/a", "trusted_path=/b c"}).trusted_paths == Words{"/a", "/b c"}));
  for (const char* word : {"trusted_path=", "trusted_path=relative"}) refuses(word, "an absolute path");
}

TEST(Settings, MountKernelIsRead) {
  CHECK(read({"mount_kernel=any-squashfs"}).mount_kernel == MountKernel::kAnySquashfs);
  CHECK(read({"mount_kernel=never"}).mount_kernel == MountKernel::kNever);
  takes("mount_kernel=trusted");
  for (const char* word : {"mount_kernel=", "mount_kernel=any"}) refuses(word, "trusted, any-squashfs or never");
}

TEST(Settings, FuseProgramIsRead) {
  STRCMP_EQUAL("/opt/bin/squashfuse_ll", read({"fuse_program=/opt/bin/squashfuse_ll"}).fuse_program.c_str());
  for (const char* word : {"fuse_program=squashfuse_ll", "fuse_program="}) refuses(word, "an absolute path");
}

TEST(Settings, StageTimeoutIsRead) {
  LONGS_EQUAL(1, read({"stage_timeout=1"}).stage_timeout_seconds);
  LONGS_EQUAL(3600, read({"stage_timeout=3600"}).stage_timeout_seconds);
  for (const char* word : {"stage_timeout=0", "stage_timeout=3601", "stage_timeout=5s", "stage_timeout=-1",
                           "stage_timeout=", "stage_timeout=+5", "stage_timeout= 5", "stage_timeout=4294967297"}) {
    refuses(word, "seconds, from 1 to 3600");
  }
}

TEST(Settings, EachMountCounts) {
  CHECK((read({"mounts=/a:/b:ro,tmpfs:/c", "mounts=auto:nfs,lustre"}).mounts ==
         Words{"/a:/b:ro,tmpfs:/c", "auto:nfs,lustre"}));
  for (const char* word : {"mounts=", "mounts=a", "mounts=/a,b", "mounts=/a:b", "mounts=/a:/b:fast",
                           "mounts=auto:", "mounts=/", "mounts=:", "mounts=/a,"}) {
    refuses(word, "SRC[:DST[:FLAGS]][,...] with absolute paths, or auto:TYPE[,...]");
  }
}

TEST(Settings, WhatIsWrongWithAMountIsTold) {
  STRCMP_CONTAINS("plugstack.conf: mounts=/a:/b:fast: there is no flag fast; ",
                  read({"mounts=/a:/b:fast"}).error.c_str());
}

TEST(Settings, EachDenialCounts) {
  CHECK((read({"mounts_deny=/a", "mounts_deny=/b"}).mounts_deny == Words{"/a", "/b"}));
  for (const char* word : {"mounts_deny=", "mounts_deny=a"}) refuses(word, "an absolute path");
}

TEST(Settings, MountHomeIsRead) {
  CHECK(read({"mount_home=yes"}).mount_home == Settings::MountHome::kYes);
  CHECK(read({"mount_home=no"}).mount_home == Settings::MountHome::kNo);
  CHECK(read({"mount_home=user"}).mount_home == Settings::MountHome::kUser);
  for (const char* word : {"mount_home=", "mount_home=users"}) refuses(word, "yes, no or user");
}

TEST(Settings, DevIsRead) {
  CHECK(read({"dev=host"}).devices == Settings::Devices::kHost);
  takes("dev=minimal");
  for (const char* word : {"dev=", "dev=all"}) refuses(word, "minimal or host");
}

TEST(Settings, WritableIsRead) {
  CHECK(read({"writable=none"}).writable == Settings::Writable::kNone);
  CHECK(read({"writable=memory"}).writable == Settings::Writable::kMemory);
  takes("writable=all");
  for (const char* word : {"writable=", "writable=yes"}) refuses(word, "none, memory or all");
}

TEST(Settings, WritableSizeIsRead) {
  STRCMP_EQUAL("4g", read({"writable_size=4g"}).writable_size.c_str());
  for (const char* word :
       {"writable_size=", "writable_size=g", "writable_size=%", "writable_size=-1", "writable_size=1,mode=0777"}) {
    refuses(word, "a number, perhaps with k, m, g or %");
  }
}

TEST(Settings, RemapRootIsRead) {
  CHECK(read({"remap_root=yes"}).remap_root == Settings::RemapRoot::kYes);
  CHECK(read({"remap_root=no"}).remap_root == Settings::RemapRoot::kNo);
  takes("remap_root=user");
  for (const char* word : {"remap_root=", "remap_root=always"}) refuses(word, "user, yes or no");
}

TEST(Settings, UnshareIsRead) {
  STRCMP_EQUAL("net,pid", read({"unshare=net,pid"}).unshare.c_str());
  takes("unshare=none");
  for (const char* word : {"unshare=", "unshare=user", "unshare=net,"})
    refuses(word, "some of net,ipc,uts,pid, or none");
}

TEST(Settings, TablesAreRead) {
  STRCMP_EQUAL("/etc/table", read({"environment=/etc/table"}).environment_table.c_str());
  STRCMP_EQUAL("/etc/table", read({"devices=/etc/table"}).device_table.c_str());
  STRCMP_EQUAL("/etc/table", read({"libraries=/etc/table"}).library_table.c_str());
  for (const char* word : {"environment=", "environment=table", "devices=table", "libraries=table"}) {
    refuses(word, "an absolute path");
  }
}

TEST(Settings, EachVariableThatIsSetCounts) {
  const auto set = read({"env_set=A=1=2", "env_set=B="}).env_set;
  CHECK((set == std::vector<std::pair<std::string, std::string>>{{"A", "1=2"}, {"B", ""}}));
  for (const char* word : {"env_set=", "env_set=A", "env_set==1", "env_set=1A=1", "env_set=A*=1"})
    refuses(word, "NAME=VALUE");
}

TEST(Settings, NamesOfVariablesMayStandForMany) {
  CHECK((read({"env_unset=A", "env_unset=B_*"}).env_unset == Words{"A", "B_*"}));
  CHECK((read({"env_pass=A", "env_pass=B_*"}).env_pass == Words{"A", "B_*"}));
  for (const std::string key : {"env_unset", "env_pass"}) {
    for (const char* value : {"", "A=1", "A*B", "A**", "1", "A B"}) {
      refuses(key + "=" + value, "the name of a variable, perhaps with * at its end");
    }
  }
}

TEST(Settings, BatchIsRead) {
  CHECK_FALSE(read({"batch=host"}).batch_in_image);
  CHECK(read({"batch=image"}).batch_in_image);
  for (const char* word : {"batch=", "batch=yes"}) refuses(word, "image or host");
}

TEST(Settings, OfOneKeysTwoValuesTheLastCounts) {
  LONGS_EQUAL(9, read({"stage_timeout=7", "stage_timeout=9"}).stage_timeout_seconds);
}

TEST(Settings, AnUnknownKeyIsAnErrorWithARemedy) {
  STRCMP_EQUAL("plugstack.conf: unknown key option; ask the admin to correct it; slipway.conf(5) lists the keys",
               read({"option=native"}).error.c_str());
  for (const char* word : {"", "=", "=x", "Options=native", "options =native", "-options=native"}) {
    STRCMP_CONTAINS("unknown key ", read({word}).error.c_str());
  }
  STRCMP_CONTAINS("unknown key \\x1b[0m", read({"\x1b[0m=x"}).error.c_str());
}

TEST(Settings, TheFirstMistakeIsTold) {
  STRCMP_CONTAINS("options=1", read({"batch=host", "options=1", "options=2"}).error.c_str());
}

TEST(Settings, LongWordsAreReadAndErrorsStayShort) {
  const std::string name(100000, 'a');
  STRCMP_EQUAL(("/" + name).c_str(), read({"trusted_path=/" + name}).trusted_paths[0].c_str());
  CHECK(read({name}).error.size() < 10000);
}

TEST(Settings, WhatWasReadCanBeReadAgain) {
  const Settings settings = read({"trusted_path=/a", "stage_timeout=7"});
  CHECK((Words{"trusted_path=/a", "stage_timeout=7"} == texts_of(settings.words)));
}

TEST(Settings, AFileOfUsersIsNotBelieved) {
  if (geteuid() == 0) {
    const std::string file = directory.write("config", "allow_root=yes\n");
    LONGS_EQUAL(0, chown(file.c_str(), 12345, 0));
  }
  const Settings settings = read({"config=" + directory.write("config", "allow_root=yes\n")});
  STRCMP_CONTAINS("/config: can be written by others than root; ask the admin", settings.error.c_str());
  CHECK_FALSE(settings.allow_root);
}

TEST(SettingsFile, EachLineIsAWord) {
  if (!can_write_as_root()) return;
  const Settings settings = read("allow_root=yes\ntrusted_path=/a\n");
  STRCMP_EQUAL("", settings.error.c_str());
  CHECK(settings.allow_root);
  CHECK((Words{"/a"} == settings.trusted_paths));
}

TEST(SettingsFile, CommentsAndBlanksSayNothing) {
  if (!can_write_as_root()) return;
  const Settings settings = read("# allow_root=yes\n\n \t\r\n  #x\n\t batch=host \r\n#");
  STRCMP_EQUAL("", settings.error.c_str());
  CHECK((Words{"batch=host"} == texts_of(settings.words)));
}

TEST(SettingsFile, TheLastLineNeedsNoEnd) {
  if (!can_write_as_root()) return;
  CHECK(read("allow_root=yes").allow_root);
}

TEST(SettingsFile, AnEmptyOneSaysNothing) {
  if (!can_write_as_root()) return;
  STRCMP_EQUAL("", read("").error.c_str());
}

TEST(SettingsFile, AValueMayHoldBlanksAndHashes) {
  if (!can_write_as_root()) return;
  CHECK((Words{"/a  b #c"} == read("trusted_path=/a  b #c\n").trusted_paths));
}

TEST(SettingsFile, ItsWordsTakeThePlaceOfTheKey) {
  if (!can_write_as_root()) return;
  const std::string file = "config=" + directory.write("config", "stage_timeout=7\n");
  const Settings settings = read_settings(Words{"stage_timeout=5", file, "allow_root=yes"});
  CHECK((Words{"stage_timeout=5", "stage_timeout=7", "allow_root=yes"} == texts_of(settings.words)));
  LONGS_EQUAL(7, settings.stage_timeout_seconds);
}

TEST(SettingsFile, WordsHaveTheirPlaces) {
  if (!can_write_as_root()) return;
  const std::string file = directory.write("config", "\n# x\nimage_path=/b\n");
  const Settings settings = read_settings(Words{"image_path=/a", "config=" + file}, {}, "/etc/plugstack.conf line 2");
  STRCMP_EQUAL(("image_path=/a in /etc/plugstack.conf line 2, image_path=/b in " + file + " line 3").c_str(),
               words_of_key(settings, "image_path").c_str());
  STRCMP_EQUAL("", words_of_key(settings, "image_owner").c_str());
}

TEST(SettingsFile, MistakesHaveALine) {
  if (!can_write_as_root()) return;
  STRCMP_CONTAINS("/config line 3: options=x is no good value; ask the admin to set options= to",
                  read("# 1\n\noptions=x\n").error.c_str());
  STRCMP_CONTAINS("/config line 1: unknown key option;", read("option=x").error.c_str());
  STRCMP_CONTAINS("/config line 2: mounts=:: is no mount;", read("batch=host\nmounts=:\n").error.c_str());
  STRCMP_CONTAINS("/config line 1: unshare=x: there is no x;", read("unshare=x\n").error.c_str());
}

TEST(SettingsFile, NamesNoOther) {
  if (!can_write_as_root()) return;
  STRCMP_CONTAINS("line 1: unknown key config", read("config=/etc/other\n").error.c_str());
}

TEST(SettingsFile, ThatOthersCanWriteIsNotBelieved) {
  if (!can_write_as_root()) return;
  for (const mode_t mode : {0664, 0646, 0666}) {
    STRCMP_CONTAINS("can be written by others than root", read("allow_root=yes\n", mode).error.c_str());
  }
}

TEST(SettingsFile, MustBeThereAndAFile) {
  for (const std::string& path :
       {directory.path() + "/missing", directory.path(), std::string("/dev/null"), std::string("")}) {
    STRCMP_CONTAINS(("plugstack.conf: config=" + path + " cannot be read; ask the admin to name a file").c_str(),
                    complaint_about("config=" + path).c_str());
  }
}

TEST(SettingsFile, IsNamedByAnAbsolutePath) {
  directory.write("config", "");
  LONGS_EQUAL(0, chdir(directory.path().c_str()));
  const std::string complaint = complaint_about("config=config");
  LONGS_EQUAL(0, chdir("/"));
  STRCMP_CONTAINS("config=config cannot be read", complaint.c_str());
}

// ---- words for some steps only

TEST_GROUP(ScopedSettings) {
  // As where slurmctld checks who names an account.
  static Settings read(const Words& words, Subject subject) {
    subject.is_checked = true;
    return read_settings(words, subject);
  }
  static std::string size(const Words& words, const Subject& subject) { return read(words, subject).writable_size; }
  static std::string complaint(const std::string& word) { return read({word}, {"debug", "physics", {}}).error; }
};

TEST(ScopedSettings, CountForThePartitionTheyName) {
  const Words words = {"partition:debug.writable_size=1g", "writable_size=2g"};
  STRCMP_EQUAL("1g", size(words, {"debug", "physics", {}}).c_str());
  STRCMP_EQUAL("2g", size(words, {"debug2", "physics", {}}).c_str());
  STRCMP_EQUAL("2g", size(words, {"Debug", "debug", {}}).c_str());
}

TEST(ScopedSettings, TheNarrowerScopeWinsWhereverItStands) {
  const Words words = {"group:7.writable_size=4g", "account:a.writable_size=3g", "partition:p.writable_size=2g",
                       "writable_size=1g"};
  STRCMP_EQUAL("1g", size(words, {"x", "x", {1}}).c_str());
  STRCMP_EQUAL("2g", size(words, {"p", "x", {1}}).c_str());
  STRCMP_EQUAL("3g", size(words, {"p", "a", {1}}).c_str());
  STRCMP_EQUAL("4g", size(words, {"p", "a", {1, 7}}).c_str());
}

TEST(ScopedSettings, TakeThePlaceOfAWholeList) {
  const Words words = {"image_path=/a", "partition:p.image_path=/b", "image_path=/c", "partition:p.image_path=/d"};
  CHECK((Words{"/a", "/c"} == read(words, {"x", "", {}}).image_paths));
  const Settings narrowed = read(words, {"p", "", {}});
  CHECK((Words{"/b", "/d"} == narrowed.image_paths));
  CHECK((Words{"partition:p.image_path=/b", "partition:p.image_path=/d"} == texts_of(narrowed.in_force)));
}

TEST(ScopedSettings, OtherKeysStay) {
  const Settings settings = read({"allow_root=yes", "partition:p.batch=host"}, {"p", "", {}});
  CHECK(settings.allow_root);
  CHECK_FALSE(settings.batch_in_image);
}

TEST(ScopedSettings, NamesMayHoldDotsAndGroupsBeNamed) {
  STRCMP_EQUAL("1g", size({"partition:a.b.writable_size=1g"}, {"a.b", "", {}}).c_str());
  STRCMP_EQUAL("1g", size({"group:root.writable_size=1g"}, {"a.b", "", {0}}).c_str());
  STRCMP_EQUAL("50%", size({"group:root.writable_size=1g"}, {"a.b", "", {1}}).c_str());
  STRCMP_EQUAL("50%", size({"group:no-such-group.writable_size=1g"}, {"a.b", "", {0}}).c_str());
}

TEST(ScopedSettings, WhatIsNotKnownIsTold) {
  CHECK(read({"partition:p.batch=host"}, {}).depends_on_job);
  CHECK(read({"account:p.batch=host"}, {"p", std::nullopt, {}}).depends_on_job);
  CHECK_FALSE(read({"batch=host", "group:1.batch=host"}, {}).depends_on_job);
  CHECK_FALSE(read({"partition:p.batch=host", "account:a.batch=image"}, {"p", "a", {}}).depends_on_job);
}

TEST(ScopedSettings, MistakesCountForAll) {
  STRCMP_CONTAINS("plugstack.conf: partition:other.batch=cloud is no good value; ask the admin to set batch= to",
                  complaint("partition:other.batch=cloud").c_str());
  STRCMP_CONTAINS("plugstack.conf: unknown key colour", complaint("account:other.colour=red").c_str());
  STRCMP_CONTAINS("names no partition; ask the admin to write partition:NAME.KEY=VALUE",
                  complaint("partition:batch=host").c_str());
  STRCMP_CONTAINS("names no group", complaint("group:.batch=host").c_str());
  STRCMP_CONTAINS("options= is for all steps or none", complaint("partition:debug.options=native").c_str());
  STRCMP_CONTAINS("unknown key config", complaint("partition:debug.config=/etc/x").c_str());
}

TEST(Settings, ImagesOfTheSiteAreRead) {
  const Settings settings = read({"default_image=/a.sif", "force_image=/b.sif"});
  STRCMP_EQUAL("/a.sif", settings.default_image.c_str());
  STRCMP_EQUAL("/b.sif", settings.force_image.c_str());
  STRCMP_EQUAL("", read({"force_image=/b.sif", "force_image=none"}).force_image.c_str());
  refuses("default_image=a.sif", "an absolute path, or none");
  refuses("force_image=", "an absolute path, or none");
}

// The two files are easily taken for each other.
TEST(SettingsFile, ALineOfPlugstackIsNoKey) {
  if (!can_write_as_root()) return;
  for (const char* line : {"required spank_slipway.so config=/etc/slurm/slipway.conf", "optional\tspank_slipway.so",
                           "include /etc/slurm/plugstack.conf.d/*.conf"}) {
    const std::string error = read(std::string("# ours\n") + line + "\nforce_image=/a.sif\n").error;
    STRCMP_CONTAINS("config line 2: ", error.c_str());
    STRCMP_CONTAINS(" is a line of plugstack.conf, and this file holds keys; ask the admin to keep it in "
                    "plugstack.conf, and to name in config= a file with lines KEY=VALUE only (slipway.conf(5))",
                    error.c_str());
  }
  STRCMP_CONTAINS("unknown key required;", read("required\n").error.c_str());
}

TEST(Settings, WordsBesideAnUnreadableFileAreKnown) {
  const Settings settings = read({"batch=host", "config=/nowhere/slipway.conf", "force_image=/a.sif"});
  STRCMP_CONTAINS("config=/nowhere/slipway.conf cannot be read", settings.error.c_str());
  CHECK((Words{"batch=host", "force_image=/a.sif"} == texts_of(settings.words)));
}

TEST(Settings, AWordOfAKeyIsKnown) {
  for (const char* word : {"writable=none", "writable=", "writable=nonsense", "config=/a", "partition:debug.fuse=no",
                           "group:a.b.image_owner=x=y", "account:.fuse=no"}) {
    CHECK_TEXT(is_key_word(word), word);
  }
  for (const char* word : {"", "required", "writable", "=none", "colour=blue", "account:physics", "Writable=none"}) {
    CHECK_FALSE_TEXT(is_key_word(word), word);
  }
}

// As an admin has them who takes the "#" away.
TEST(Settings, TheSampleHoldsGoodWords) {
  constexpr std::string_view kCommented = "#   ";
  std::istringstream sample(text_of_file(TOP_SOURCE_DIRECTORY "/conf/slipway.conf"));
  Words words;
  for (std::string line; std::getline(sample, line);) {
    CHECK_TEXT(line.empty() || line[0] == '#', line.c_str());
    if (line.starts_with(kCommented) && line[kCommented.size()] != ' ') words.push_back(line.substr(kCommented.size()));
  }
  CHECK(words.size() > 40);
  STRCMP_EQUAL("", read(words).error.c_str());
}

// ---- what is the user's word alone

TEST_GROUP(UncheckedSettings) {
  Subject subject{"p", "a", {7}};

  Settings read(const Words& words) const { return read_settings(words, subject); }
  // Whether the last of the words, for partition p, counts beside the others.
  bool counts(Words words) const {
    const Settings settings = read(words);
    STRCMP_EQUAL("", settings.error.c_str());
    const Words in_force = texts_of(settings.in_force);
    return std::find(in_force.begin(), in_force.end(), words.back()) != in_force.end();
  }
};

TEST(UncheckedSettings, WhatNarrowsCountsAndWhatWidensDoesNot) {
  const struct {
    const char *all, *narrower, *wider;
  } cases[] = {
      {"writable=memory", "writable=none", "writable=all"},
      {"users_allow=1,2", "users_allow=1", "users_allow=3"},
      {"groups_allow=1,2", "groups_allow=1", "groups_allow=3"},
      {"fuse=no", "fuse=no", "fuse=yes"},
      {"allow_root=no", "allow_root=no", "allow_root=yes"},
      {"force_image=/a", "force_image=/a", "force_image=none"},
      {"force_image=/a", "force_image=/a", "force_image=/b"},
      {"image_path=/a", "image_path=/a/b", "image_path=/"},
      {"image_owner=root,7", "image_owner=root", "image_owner=8"},
      {"image_group=1", "image_group=1", "image_group=1,2"},
      {"image_format=sif,squashfs", "image_format=sif", "image_format=directory"},
      {"require_signature=any", "require_signature=all", "require_signature=no"},
      {"require_signature=never", "require_signature=never", "require_signature=any"},
      {"sealed_size=10%", "sealed_size=9%", "sealed_size=90%"},
      {"trusted_path=/a", "trusted_path=/a/b", "trusted_path=/b"},
      {"mount_kernel=trusted", "mount_kernel=never", "mount_kernel=any-squashfs"},
      {"mounts_allow=/a", "mounts_allow=/a/b", "mounts_allow=/ab"},
      {"mounts_deny=/a/b", "mounts_deny=/a", "mounts_deny=/c"},
      {"mount_home=no", "mount_home=no", "mount_home=user"},
      {"dev=minimal", "dev=minimal", "dev=host"},
      {"gpu=granted", "gpu=no", "gpu=all"},
      {"devices_allow=a.com/x,b.com/y", "devices_allow=a.com/x", "devices_allow=c.com/z"},
      {"writable_size=2g", "writable_size=1g", "writable_size=3g"},
      {"remap_root=no", "remap_root=no", "remap_root=user"},
      {"unshare=net,pid", "unshare=none", "unshare=net,ipc"},
      {"mpi=image,none", "mpi=none", "mpi=host"},
  };
  for (const auto& [all, narrower, wider] : cases) {
    CHECK_TEXT(counts({all, std::string("partition:p.") + narrower}), narrower);
    CHECK_TEXT(counts({all, std::string("account:a.") + narrower}), narrower);
    CHECK_FALSE_TEXT(counts({all, std::string("partition:p.") + wider}), wider);
    CHECK_FALSE_TEXT(counts({all, std::string("account:a.") + wider}), wider);
    CHECK_TEXT(counts({all, std::string("group:7.") + wider}), wider);
  }
}

TEST(UncheckedSettings, ADefaultIsWhatTheyAreComparedWith) {
  CHECK_FALSE(counts({"partition:p.mount_kernel=any-squashfs"}));
  CHECK_FALSE(counts({"partition:p.gpu=all"}));
  CHECK_FALSE(counts({"partition:p.trusted_path=/a"}));
  CHECK(counts({"partition:p.writable=none"}));
  CHECK(counts({"partition:p.force_image=/a"}));
  CHECK(counts({"partition:p.stage_timeout=3600"}));
}

TEST(UncheckedSettings, SomeKeysWidenOnlyBesideOthers) {
  CHECK(counts({"keyring=/a", "partition:p.keyring=/b"}));
  CHECK_FALSE(counts({"keyring=/a", "require_signature=any", "partition:p.keyring=/b"}));
  CHECK(counts({"partition:p.mounts=/b"}));
  CHECK_FALSE(counts({"mounts_allow=/a", "partition:p.mounts=/b"}));
  CHECK_FALSE(counts({"mount_home=no", "partition:p.mounts=/home"}));
  CHECK(counts({"partition:p.batch=host"}));
  CHECK_FALSE(counts({"force_image=/a", "partition:p.batch=host"}));
}

// One that does not count does not let a wider scope's in, which would be another choice of the user's.
TEST(UncheckedSettings, TheKeyIsThenAsForEveryJob) {
  const Settings settings = read({"writable=none", "partition:p.writable=memory", "account:a.writable=all"});
  CHECK(settings.writable == Settings::Writable::kNone);
  STRCMP_EQUAL("writable=none in plugstack.conf; partition:p.writable=memory in plugstack.conf, account:a.writable=all in "
               "plugstack.conf does not count: slurm.conf has no AccountingStorageEnforce=associations",
               words_of_key(settings, "writable").c_str());
  CHECK(read({"writable=none", "partition:p.writable=all", "group:7.writable=memory"}).writable ==
        Settings::Writable::kMemory);
}

// An account, which wins over a partition, does not take away what that forbids.
TEST(UncheckedSettings, AnAccountDoesNotFreeFromAPartitionsKeys) {
  STRCMP_EQUAL("/exam.sif", read({"partition:p.force_image=/exam.sif", "account:a.force_image=none"}).force_image.c_str());
  CHECK(read({"writable=memory", "partition:p.writable=none", "account:a.writable=all"}).writable ==
        Settings::Writable::kNone);
  CHECK(read({"partition:p.writable=none", "account:a.writable=memory"}).writable == Settings::Writable::kNone);
  CHECK(read({"partition:p.writable=memory", "account:a.writable=none"}).writable == Settings::Writable::kNone);
}

TEST(UncheckedSettings, BothTogetherFreeFromNothing) {
  const Words words = {"force_image=/site.sif", "partition:p.force_image=none", "account:a.force_image=none"};
  STRCMP_EQUAL("/site.sif", read(words).force_image.c_str());
  CHECK(read({"writable=none", "partition:p.writable=all", "account:a.writable=memory"}).writable ==
        Settings::Writable::kNone);
}

TEST(UncheckedSettings, SizesAreComparedAcrossTheirUnits) {
  CHECK(counts({"writable_size=1g", "partition:p.writable_size=512m"}));
  CHECK(counts({"writable_size=1g", "partition:p.writable_size=1024"}));
  CHECK_FALSE(counts({"writable_size=1m", "partition:p.writable_size=1025k"}));
  // Of any machine's memory.
  CHECK(counts({"partition:p.writable_size=1m"}));
  CHECK_FALSE(counts({"writable_size=1m", "partition:p.writable_size=50%"}));
  CHECK_FALSE(counts({"writable_size=1g", "partition:p.writable_size=0"}));
}

TEST(UncheckedSettings, CheckedOnesCount) {
  subject.is_checked = true;
  CHECK(counts({"writable=none", "partition:p.writable=all"}));
  CHECK(counts({"writable=none", "account:a.writable=all"}));
}
