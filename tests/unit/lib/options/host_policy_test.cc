// SPDX-License-Identifier: BSD-3-Clause

// What of the host may be shown, whatever it is called.
#include "lib/options/host_policy.h"

#include <filesystem>

#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Lines = std::vector<std::string>;

namespace {
// The disk is mounted at /, a part of it also at /mnt/part; /data is a file system that is also mounted at /again, and
// has another one mounted below it, which /third shows too.
constexpr char kMounts[] =
    "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
    "2 1 8:1 /srv/secret /mnt/part rw - ext4 /dev/sda1 rw\n"
    "3 1 8:2 / /data rw - xfs /dev/sdb rw\n"
    "4 1 8:2 / /again rw - xfs /dev/sdb rw\n"
    "5 3 8:3 / /data/below rw - xfs /dev/sdc rw\n"
    "6 1 8:3 / /third rw - xfs /dev/sdc rw\n"
    "7 1 8:4 / /home rw - xfs /dev/sdd rw\n"
    "8 1 8:4 /alice /people/alice rw - xfs /dev/sdd rw\n";
}  // namespace

TEST_GROUP(HostPolicy) {
  TemporaryDirectory directory;
  Settings settings;

  void teardown() override { settings = Settings(); }
  void admin(const Lines& words) {
    settings = read_settings(words);
    STRCMP_EQUAL("", settings.error.c_str());
  }
  static std::string denial(const std::string& source, const Lines& denied) {
    Settings settings;
    settings.mounts_deny = denied;
    return HostPolicy(settings, "/").denial_of(source, AskedFor::kByName);
  }
};

TEST(HostPolicy, IsForWhatLiesAtOrBelow) {
  STRCMP_EQUAL("is not to be mounted here (mounts_deny=/nowhere/a)", denial("/nowhere/a", {"/nowhere/a"}).c_str());
  STRCMP_EQUAL("is not to be mounted here (mounts_deny=/nowhere/a)",
               denial("/nowhere/a/b", {"/x", "/nowhere/a"}).c_str());
}

TEST(HostPolicy, IsForWhatHoldsItToo) {
  STRCMP_EQUAL("holds what is not to be mounted here (mounts_deny=/nowhere/a)",
               denial("/nowhere", {"/nowhere/a"}).c_str());
  STRCMP_EQUAL("holds what is not to be mounted here (mounts_deny=/nowhere/a)", denial("/", {"/nowhere/a"}).c_str());
}

TEST(HostPolicy, IsOfWholeComponents) {
  STRCMP_EQUAL("", denial("/nowhere/ab", {"/nowhere/a"}).c_str());
  STRCMP_EQUAL("", denial("/nowhere/a", {"/nowhere/ab"}).c_str());
  STRCMP_EQUAL("", denial("/now", {"/nowhere"}).c_str());
}

TEST(HostPolicy, OfTheRootIsForEverything) { CHECK(!denial("/a", {"/"}).empty()); }

TEST(HostPolicy, DoesNotDependOnHowItIsWritten) {
  for (const char* denied : {"/nowhere/a/", "//nowhere/a", "/nowhere/./a", "/nowhere/x/../a"}) {
    CHECK_TEXT(!denial("/nowhere/a/b", {denied}).empty(), denied);
  }
}

TEST(HostPolicy, IsOfTheDirectoryThatALinkNames) {
  const std::string real = std::filesystem::canonical(directory.path());
  std::filesystem::create_directory(real + "/real");
  std::filesystem::create_symlink(real + "/real", real + "/link");
  CHECK(!denial(real + "/real/x", {real + "/link"}).empty());
}

TEST(HostPolicy, WhatTheAdminAllowsToMountIsAllThatMayBeNamed) {
  admin({"mounts_allow=/srv/data", "mounts_allow=/scratch", "mounts_deny=/scratch/secret"});
  const HostPolicy policy(settings, "/", kMounts);
  const auto denial = [&](const char* source, AskedFor asked_for = AskedFor::kByName) {
    return policy.denial_of(source, asked_for);
  };
  STRCMP_EQUAL("", denial("/srv/data").c_str());
  STRCMP_EQUAL("", denial("/scratch/alice/x").c_str());
  STRCMP_EQUAL(
      "is not among what may be mounted here (mounts_allow=/srv/data in plugstack.conf, "
      "mounts_allow=/scratch in plugstack.conf)",
      denial("/srv/database").c_str());
  STRCMP_CONTAINS("mounts_allow=", denial("/srv").c_str());
  STRCMP_CONTAINS("mounts_deny=/scratch/secret", denial("/scratch/secret").c_str());
  STRCMP_EQUAL("", denial("/usr/lib", AskedFor::kByLibraryPath).c_str());
  STRCMP_CONTAINS("mounts_allow=", denial("/sw/lib", AskedFor::kByLibraryPath).c_str());
  STRCMP_EQUAL("", denial("/scratch/lib", AskedFor::kByLibraryPath).c_str());
  STRCMP_CONTAINS("mounts_allow=", denial("/sw", AskedFor::kByStanding).c_str());
  STRCMP_EQUAL("", denial("/sw", AskedFor::kNot).c_str());
}

TEST(HostPolicy, AnotherMountShowsTheSamePlace) {
  admin({"mounts_deny=/srv/secret", "mounts_deny=/data"});
  const HostPolicy policy(settings, "/", kMounts);
  for (const char* source : {"/mnt/part", "/mnt/part/x", "/mnt", "/", "/again", "/again/x", "/third", "/third/x"}) {
    CHECK_TEXT(!policy.denial_of(source, AskedFor::kByName).empty(), source);
  }
  for (const char* source : {"/mnt/other", "/srv/other", "/home", "/opt/x"}) {
    STRCMP_EQUAL("", policy.denial_of(source, AskedFor::kByName).c_str());
  }
}

TEST(HostPolicy, WhatIsAllowedMayBeNamedByAnotherMount) {
  admin({"mounts_allow=/data"});
  const HostPolicy policy(settings, "/", kMounts);
  for (const char* source : {"/data/x", "/again/x", "/third", "/data/below/x"}) {
    STRCMP_EQUAL("", policy.denial_of(source, AskedFor::kByName).c_str());
  }
  CHECK(!policy.denial_of("/mnt/part", AskedFor::kByName).empty());
}

TEST(HostPolicy, AHomeThatIsNeverShownIsShownNowhere) {
  admin({"mount_home=no"});
  const HostPolicy policy(settings, "/home/alice", kMounts);
  for (const char* source : {"/home/alice", "/home/alice/x", "/home", "/", "/people/alice/x", "/people"}) {
    for (const AskedFor asked_for : {AskedFor::kByName, AskedFor::kByStanding, AskedFor::kAsImage}) {
      STRCMP_CONTAINS("(mount_home=no in plugstack.conf)", policy.denial_of(source, asked_for).c_str());
    }
  }
  STRCMP_EQUAL("", policy.denial_of("/home/bob", AskedFor::kByName).c_str());
  // No home at all.
  STRCMP_EQUAL("", HostPolicy(settings, "/", kMounts).denial_of("/opt/x", AskedFor::kByName).c_str());
}

TEST(HostPolicy, AnImageMayLieWhereTheAdminWantsImages) {
  admin({"mounts_allow=/data", "image_path=/apps", "mounts_deny=/apps/secret"});
  const HostPolicy policy(settings, "/", kMounts);
  STRCMP_EQUAL("", policy.denial_of("/apps/x.dir", AskedFor::kAsImage).c_str());
  STRCMP_EQUAL("", policy.denial_of("/data/x.dir", AskedFor::kAsImage).c_str());
  CHECK(!policy.denial_of("/apps/x.dir", AskedFor::kByName).empty());
  CHECK(!policy.denial_of("/apps/secret/x.dir", AskedFor::kAsImage).empty());
  CHECK(!policy.denial_of("/", AskedFor::kAsImage).empty());
}
