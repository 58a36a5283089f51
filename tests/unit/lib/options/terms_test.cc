// SPDX-License-Identifier: BSD-3-Clause

// What the admin's words and the user's options come to together.
#include "lib/options/terms.h"

#include <sched.h>

#include "lib/base/error.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Words = std::vector<std::string>;

namespace {

struct Permission {
  const char* setting;    // of the admin
  const char* option;     // the user's, "setting=value"; several with blanks between
  const char* complaint;  // "": allowed
};

constexpr char kHome[] = "--container-mount-home: is not allowed on this cluster (mount_home=no in plugstack.conf)";
constexpr char kOverlayNone[] = "--container-overlay: is not allowed on this cluster (writable=none in plugstack.conf)";
constexpr char kOverlayMemory[] = "--container-overlay: is not allowed on this cluster (writable=memory in plugstack.conf)";
constexpr char kWritable[] = "--container-writable: is not allowed on this cluster (writable=none in plugstack.conf)";
constexpr char kRemap[] = "--container-remap-root: is not allowed on this cluster (remap_root=no in plugstack.conf)";

constexpr Permission kPermissions[] = {
    {"mount_home=no", "mount_home=yes", kHome},
    {"mount_home=no", "mount_home=yes contain=yes", kHome},
    {"mount_home=no", "mount_home=no", ""},
    {"mount_home=no", "no_mount=home", ""},
    {"mount_home=user", "mount_home=yes", ""},
    {"mount_home=yes", "mount_home=no", ""},
    {"writable=none", "writable=yes", kWritable},
    {"writable=none", "writable=yes said_by=writable=SLIPWAY_WRITABLE",
     "SLIPWAY_WRITABLE: is not allowed on this cluster (writable=none in plugstack.conf)"},
    {"writable=none", "writable=no", ""},
    {"writable=none", "overlay=/o", kOverlayNone},
    {"writable=none", "overlay=/o:ro", ""},
    {"writable=none", "overlay=/o writable=no", ""},
    {"writable=none", "overlay=/o:ro writable=yes", kWritable},
    {"writable=memory", "writable=yes", ""},
    {"writable=memory", "overlay=/o", kOverlayMemory},
    {"writable=memory", "overlay=/o:ro writable=yes", ""},
    {"writable=all", "overlay=/o", ""},
    {"remap_root=no", "remap_root=yes", kRemap},
    {"remap_root=no", "remap_root=no", ""},
    {"remap_root=user", "remap_root=yes", ""},
    {"remap_root=yes", "remap_root=no", ""},
    {"unshare=net,uts", "unshare=net", ""},
    {"unshare=net,uts", "unshare=none", ""},
    {"unshare=net,uts", "unshare=net,pid", "--container-unshare: is not allowed on this cluster (unshare=net,uts in plugstack.conf)"},
    {"unshare=none", "unshare=ipc", "--container-unshare: is not allowed on this cluster (unshare=none in plugstack.conf)"},
    {"unshare=none", "unshare=none", ""},
    {"batch=host", "batch=image", ""},
    {"mounts_deny=/a", "mounts=/a", ""},  // judged where the mount is made: lib/spec/layout.h
};

}  // namespace

TEST_GROUP(Terms){static OptionValues values_of(const std::string& options){OptionValues values;
for (size_t at = 0; at < options.size();) {
  const size_t end = std::min(options.find(' ', at), options.size()), equals = options.find('=', at);
  values[options.substr(at, equals - at)] = options.substr(equals + 1, end - equals - 1);
  at = end + 1;
}
return values;
}
static Terms terms(const std::string& options, const Words& settings = {}) {
  const Settings read = read_settings(settings);
  STRCMP_EQUAL("", read.error.c_str());
  return terms_of(read_options(values_of(options)), read);
}
static std::string complaint_about(const std::string& options, const Words& settings = {}) {
  try {
    terms(options, settings);
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}
}
;

TEST(Terms, AreAsTheTableSays) {
  for (const Permission& permission : kPermissions) {
    const std::string complaint = complaint_about(permission.option, {permission.setting});
    const std::string expected =
        *permission.complaint ? permission.complaint + std::string("; leave it out, or ask the admin") : "";
    STRCMP_EQUAL_TEXT(expected.c_str(), complaint.c_str(),
                      (permission.setting + std::string(" and ") + permission.option).c_str());
  }
}

TEST(Terms, WithoutAnyWordMuchIsShown) {
  const Terms all = terms("");
  CHECK(all.shows_home && all.shows_cwd && all.shows_tmp);
  CHECK_FALSE(all.contained || all.shows_host_devices || all.starts_in_image || all.remaps_root);
  CHECK(all.writing == Terms::Writing::kNone);
  LONGS_EQUAL(0, all.namespaces);
  CHECK(all.batch_in_image);
}

TEST(Terms, LikePyxisLessIsShown) {
  const Terms pyxis = terms("", {"compat=pyxis"});
  CHECK_FALSE(pyxis.shows_home || pyxis.shows_cwd);
  CHECK(pyxis.shows_tmp && pyxis.starts_in_image);
}

TEST(Terms, LikePyxisTheHomeIsShownOnDemand) {
  CHECK(terms("mount_home=yes", {"compat=pyxis"}).shows_home);
}

TEST(Terms, TheAdminsWordOnHomesBeatsPyxis) {
  CHECK(terms("", {"compat=pyxis", "mount_home=yes"}).shows_home);
}

TEST(Terms, ContainedIsWithoutTheHost) {
  const Terms contained = terms("contain=yes", {"dev=host"});
  CHECK(contained.contained);
  CHECK_FALSE(contained.shows_home || contained.shows_cwd || contained.shows_tmp || contained.shows_host_devices);
}

TEST(Terms, ContainedMayHaveTheHome) {
  CHECK(terms("contain=yes mount_home=yes").shows_home);
}

TEST(Terms, PartsAreLeftOut) {
  const Terms some = terms("no_mount=home,cwd");
  CHECK_FALSE(some.shows_home || some.shows_cwd);
  CHECK(some.shows_tmp);
  CHECK_FALSE(terms("no_mount=tmp").shows_tmp);
}

TEST(Terms, AHomeThatIsWantedAndLeftOutIsAContradiction) {
  STRCMP_EQUAL("--container-mount-home: contradicts --container-no-mount=home; give one of the two",
               complaint_about("mount_home=yes no_mount=home").c_str());
}

TEST(Terms, AHomeThatIsNotWantedAndLeftOutIsLeftOut) {
  CHECK_FALSE(terms("mount_home=no no_mount=home").shows_home);
}

TEST(Terms, DevicesAreTheAdminsWord) {
  CHECK(terms("", {"dev=host"}).shows_host_devices);
}

TEST(Terms, WhatIsWrittenGoesToTheImageWhereThatCanBe) {
  CHECK(terms("writable=yes").writing == Terms::Writing::kDirectory);
  CHECK(terms("writable=yes", {"writable=memory"}).writing == Terms::Writing::kMemory);
}

TEST(Terms, AnOverlayIsWrittenWithoutAnotherWord) {
  CHECK(terms("overlay=/o").writing == Terms::Writing::kOverlay);
  CHECK(terms("overlay=/o writable=yes").writing == Terms::Writing::kOverlay);
}

TEST(Terms, AnOverlayThatIsOnlyReadIsNotWritten) {
  CHECK(terms("overlay=/o:ro").writing == Terms::Writing::kNone);
  CHECK(terms("overlay=/o writable=no").writing == Terms::Writing::kNone);
  CHECK(terms("overlay=/o:ro writable=yes").writing == Terms::Writing::kMemory);
}

TEST(Terms, RootIsShownWhereUserOrAdminSaysSo) {
  CHECK(terms("remap_root=yes").remaps_root);
  CHECK(terms("", {"remap_root=yes"}).remaps_root);
  CHECK_FALSE(terms("remap_root=no", {"remap_root=yes"}).remaps_root);
}

TEST(Terms, NamespacesAreTheUsersWord) {
  LONGS_EQUAL(CLONE_NEWNET | CLONE_NEWIPC, terms("unshare=net,ipc").namespaces);
}

TEST(Terms, AScriptRunsWhereTheUserSaysElseTheAdmin) {
  CHECK_FALSE(terms("", {"batch=host"}).batch_in_image);
  CHECK(terms("batch=image", {"batch=host"}).batch_in_image);
  CHECK_FALSE(terms("batch=host").batch_in_image);
}

TEST(Terms, TheMpiIsTheUsersWordElseTheAdminsFirst) {
  CHECK(terms("").mpi == Mpi::kImage);
  CHECK(terms("", {"mpi=host,image"}).mpi == Mpi::kHost);
  CHECK(terms("mpi=image", {"mpi=host,image"}).mpi == Mpi::kImage);
  STRCMP_EQUAL("--container-mpi: is not allowed on this cluster (mpi=image in plugstack.conf); leave it out, or ask the "
               "admin",
               complaint_about("mpi=host", {"mpi=image"}).c_str());
  STRCMP_CONTAINS("--container-fabric=host: is not allowed", complaint_about("fabric=host", {"mpi=image"}).c_str());
}
