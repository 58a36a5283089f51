// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/layout.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "tests/unit/in_child.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Lines = std::vector<std::string>;

namespace {

// "SOURCE TARGET", or "tmpfs TARGET" and the like.
std::string line_of(const LayoutEntry& entry) {
  const std::string source = entry.word.kind == MountWord::kTmpfs     ? "tmpfs"
                             : entry.word.kind == MountWord::kUnmount ? "umount"
                                                                      : entry.word.source;
  return source + " " + entry.word.target;
}

const Lines kSystem = {"/proc /proc",
                       "/sys /sys",
                       "dev /dev",
                       "/dev/pts /dev/pts",
                       "/dev/shm /dev/shm",
                       "/dev/mqueue /dev/mqueue"};
const Lines kFiles = {"/tmp /tmp", "/var/tmp /var/tmp",
                      "/run/.heim_org.h5l.kcm-socket /var/run/.heim_org.h5l.kcm-socket"};

}  // namespace

TEST_GROUP(Layout) {
  TemporaryDirectory directory;
  Request request;
  Accounts accounts;
  OptionValues options;
  Lines devices;

  void setup() override {
    accounts.home = "/nowhere/home/alice";
    request.cwd = "/nowhere/work";
  }
  void teardown() override {
    request = Request();
    accounts = Accounts();
    options.clear();
    devices.clear();
  }
  void admin(const Lines& words) {
    request.settings = read_settings(words);
    STRCMP_EQUAL("", request.settings.error.c_str());
  }
  std::vector<LayoutEntry> layout() {
    return layout_of(request, accounts, terms_of(read_options(options), request.settings), devices);
  }
  Lines lines() {
    Lines found;
    for (const LayoutEntry& entry : layout()) found.push_back(line_of(entry));
    return found;
  }
  // What stands behind what each container has.
  Lines more() {
    Lines all = lines(), expected = kSystem;
    expected.insert(expected.end(), kFiles.begin(), kFiles.end());
    CHECK(all.size() >= expected.size() && std::equal(expected.begin(), expected.end(), all.begin()));
    return Lines(all.begin() + std::min(expected.size(), all.size()), all.end());
  }
  bool has(const std::string& line) {
    const Lines all = lines();
    return std::find(all.begin(), all.end(), line) != all.end();
  }
  // All that is mounted at a place, the last covering the others.
  std::string at(const std::string& target) {
    std::string all;
    for (const LayoutEntry& entry : layout()) {
      if (entry.word.target != target) continue;
      const char* const flags = entry.word.flags & MS_RDONLY ? " ro" : "";
      const char* const kind = entry.word.kind == MountWord::kTmpfs    ? "empty "
                               : entry.word.kind == MountWord::kKernel ? "new "
                                                                       : "host's ";
      all += (all.empty() ? "" : ", ") + (kind + entry.word.source) + flags;
    }
    return all;
  }
  LayoutEntry last() {
    return layout().back();
  }
  std::string make_directory(const std::string& name) const {
    const std::string path = directory.path() + "/" + name;
    std::filesystem::create_directories(path);
    return path;
  }
  std::string make_link(const std::string& name, const std::string& target) const {
    const std::string path = directory.path() + "/" + name;
    std::filesystem::create_symlink(target, path);
    return path;
  }
};

TEST(Layout, ByDefaultIsTheSystemThenFilesThenHomeThenTheWorkingDirectory) {
  CHECK((Lines{"/nowhere/home/alice /nowhere/home/alice", "/nowhere/work /nowhere/work"} == more()));
}

TEST(Layout, OfTheSystemSysIsReadOnly) {
  for (const LayoutEntry& entry : layout()) {
    LONGS_EQUAL_TEXT(entry.word.target == "/sys" ? MS_RDONLY : 0, entry.word.flags, entry.word.target.c_str());
  }
}

TEST(Layout, BindsOfTheHostBringTheirOwnMountsAlong) {
  for (const LayoutEntry& entry : layout()) CHECK(entry.word.how == MountWord::kTree);
}

TEST(Layout, WithTheHostsDevicesThoseAreWhole) {
  admin({"dev=host"});
  CHECK(has("/dev /dev"));
  CHECK_FALSE(has("dev /dev") || has("/dev/shm /dev/shm"));
}

TEST(Layout, DevicesOfTheTableAreAtTheirOwnPlaces) {
  devices = {"/dev/infiniband", "/var/lib/hugetlbfs"};
  for (const char* option : {"no", "yes"}) {
    options = {{"contain", option}};
    CHECK(has("/dev/infiniband /dev/infiniband") && has("/var/lib/hugetlbfs /var/lib/hugetlbfs"));
  }
}

TEST(Layout, WithTheHostsDevicesOnlyThoseElsewhereAreAdded) {
  devices = {"/dev/infiniband", "/var/lib/hugetlbfs"};
  admin({"dev=host"});
  CHECK(has("/var/lib/hugetlbfs /var/lib/hugetlbfs"));
  CHECK_FALSE(has("/dev/infiniband /dev/infiniband"));
}

TEST(Layout, WithPmixSlurmsSpoolAndMungesSocketAreShownAndRunNothing) {
  request.spool = "/nowhere/spool";
  unsigned found = 0;
  for (const LayoutEntry& entry : layout()) {
    if (entry.asked_by != "--mpi=pmix") continue;
    ++found;
    const bool is_spool = line_of(entry) == "/nowhere/spool /nowhere/spool";
    CHECK(is_spool || line_of(entry) == "/run/munge /run/munge");
    LONGS_EQUAL(MS_NOSUID | MS_NODEV | MS_NOEXEC | (is_spool ? 0 : MS_RDONLY), entry.word.flags);
  }
  LONGS_EQUAL(2, found);
}

TEST(Layout, WithPmixAndNothingForMpiNeitherIsShown) {
  request.spool = "/nowhere/spool";
  options = {{"mpi", "none"}};
  CHECK_FALSE(has("/nowhere/spool /nowhere/spool") || has("/run/munge /run/munge"));
}

TEST(Layout, ContainedIsEmpty) {
  options = {{"contain", "yes"}};
  Lines expected = kSystem;
  for (const char* line : {"tmpfs /tmp", "tmpfs /var/tmp", "tmpfs /nowhere/home/alice"}) expected.push_back(line);
  CHECK(expected == lines());
}

TEST(Layout, ContainedHasDirectoriesOfItsOwnWithTheUsualModes) {
  options = {{"contain", "yes"}};
  for (const LayoutEntry& entry : layout()) {
    if (entry.word.kind != MountWord::kTmpfs) continue;
    STRCMP_EQUAL(entry.word.target == "/nowhere/home/alice" ? "0700" : "1777", entry.mode.c_str());
  }
}

TEST(Layout, ContainedHasNothingOfTheAdmins) {
  admin({"mounts=/site"});
  options = {{"contain", "yes"}};
  CHECK_FALSE(has("/site /site"));
}

TEST(Layout, ContainedHasNoHomeOfItsOwnInTheSystem) {
  accounts.home = "/usr/sbin";
  options = {{"contain", "yes"}};
  CHECK_FALSE(has("tmpfs /usr/sbin"));
}

TEST(Layout, ContainedHasTheHomeThatWasAskedFor) {
  options = {{"contain", "yes"}, {"mount_home", "yes"}};
  STRCMP_EQUAL("/nowhere/home/alice /nowhere/home/alice", lines().back().c_str());
}

TEST(Layout, PartsAreLeftOut) {
  options = {{"no_mount", "tmp,home,cwd"}};
  for (const char* line : {"/tmp /tmp", "/var/tmp /var/tmp", "/nowhere/home/alice /nowhere/home/alice",
                           "/nowhere/work /nowhere/work", "tmpfs /tmp", "tmpfs /nowhere/home/alice"}) {
    CHECK_FALSE_TEXT(has(line), line);
  }
}

TEST(Layout, LikePyxisHasNeitherHomeNorWorkingDirectory) {
  admin({"compat=pyxis"});
  CHECK(more().empty());
}

TEST(Layout, AWorkingDirectoryMustBeThereAndAHomeMayMiss) {
  for (const LayoutEntry& entry : layout()) {
    if (entry.word.target == "/nowhere/work") CHECK(entry.need == LayoutEntry::kMust);
    if (entry.word.target == "/nowhere/home/alice") CHECK(entry.need == LayoutEntry::kIfThere);
  }
}

TEST(Layout, RootsHomeIsTheUsers) {
  options = {{"remap_root", "yes"}, {"no_mount", "cwd"}};
  CHECK((Lines{"/nowhere/home/alice /root", "/nowhere/home/alice /nowhere/home/alice"} == more()));
}

TEST(Layout, RootsHomeIsEmptyWhereContained) {
  options = {{"remap_root", "yes"}, {"contain", "yes"}};
  STRCMP_EQUAL("tmpfs /root", lines().back().c_str());
}

// As name services have it for users who have none: / would bring the whole host along.
TEST(Layout, RootsHomeIsNoDirectoryOfTheSystem) {
  options = {{"remap_root", "yes"}, {"no_mount", "cwd"}};
  for (const char* home : {"/", "", "/.", "/usr/sbin", "/var"}) {
    accounts.home = home;
    CHECK_TEXT(more().empty(), home);
  }
}

TEST(Layout, DirectoriesOfTheSystemAreTheImagesOwn) {
  for (const char* path : {"/", "/usr", "/usr/lib/x", "/etc", "/proc/1", "/dev/shm", "/home", "/root", "/opt", "/var",
                           "/usr/", "//", "/.", "/home/.", "/nowhere/../etc", ""}) {
    accounts.home = request.cwd = path;
    CHECK_TEXT(more().empty(), path);
  }
}

TEST(Layout, DirectoriesBesideThoseOfTheSystemAreTheHosts) {
  for (const char* path : {"/usr2/x", "/etcetera", "/home/alice", "/opt/x", "/var/x", "/library"}) {
    accounts.home = "/";
    request.cwd = path;
    CHECK_TEXT((Lines{std::string(path) + " " + path} == more()), path);
  }
}

TEST(Layout, WhatIsShownAlreadyIsNotShownTwice) {
  request.cwd = "/nowhere/home/alice/work";
  CHECK((Lines{"/nowhere/home/alice /nowhere/home/alice"} == more()));
  accounts.home = request.cwd = "/tmp/x";
  CHECK(more().empty());
}

TEST(Layout, WhatBeginsAlikeIsShownToo) {
  request.cwd = "/nowhere/home/alice2";
  CHECK((Lines{"/nowhere/home/alice /nowhere/home/alice", "/nowhere/home/alice2 /nowhere/home/alice2"} == more()));
}

TEST(Layout, ADirectoryBehindALinkHasBothNames) {
  options = {{"no_mount", "tmp,cwd"}};
  const std::string real = make_directory("real");
  accounts.home = make_link("link", real);
  const std::string resolved = std::filesystem::canonical(real);
  const Lines all = lines();
  CHECK(
      (Lines{accounts.home + " " + accounts.home, accounts.home + " " + resolved} == Lines(all.end() - 2, all.end())));
}

TEST(Layout, ASlashAtTheEndIsNoOtherName) {
  options = {{"no_mount", "tmp,cwd"}};
  const std::string home = std::filesystem::canonical(make_directory("home"));
  accounts.home = home + "/";
  STRCMP_EQUAL((home + "/ " + home).c_str(), lines().back().c_str());
  STRCMP_EQUAL(kFiles.back().c_str(), lines()[lines().size() - 2].c_str());
}

TEST(Layout, TheAdminsMountsComeBehindTheUsersDirectoriesAndMayMiss) {
  admin({"mounts=/site,/a:/b:ro", "mounts=tmpfs:/t:size=1g"});
  const Lines all = more();
  CHECK((Lines{"/site /site", "/a /b", "tmpfs /t"} == Lines(all.begin() + 2, all.end())));
  const LayoutEntry site = layout()[layout().size() - 3];
  CHECK(site.need == LayoutEntry::kIfThere);
  CHECK(site.asked_for == AskedFor::kNot);
}

TEST(Layout, TheAdminsMountsHaveTheirFlags) {
  admin({"mounts=/a:/b:ro+nosuid", "mounts=tmpfs:/t:size=1g"});
  LONGS_EQUAL(MS_RDONLY | MS_NOSUID, layout()[layout().size() - 2].word.flags);
  STRCMP_EQUAL("1g", last().word.size.c_str());
}

TEST(Layout, TheJobsScriptIsReadOnlyWhereverItLies) {
  request.batch_script = "/var/spool/slurmd/job7/slurm_script";
  for (const char* contain : {kNo, kYes}) {
    options = {{"contain", contain}};
    STRCMP_EQUAL((request.batch_script + " " + request.batch_script).c_str(), line_of(last()).c_str());
    LONGS_EQUAL(MS_RDONLY, last().word.flags);
  }
}

TEST(Layout, InAScriptsContainerAProgramHasTheNameOfEachOfSlurmsCommands) {
  const char* const place = "/.slipway/slurm";
  STRCMP_EQUAL("", at(place).c_str());
  request.batch_script = "/spool/script";
  for (const char* contain : {kNo, kYes}) {
    options = {{"contain", contain}};
    STRCMP_EQUAL("empty ", at(place).c_str());
    const auto all = layout();
    const auto directory = std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.word.target == place; });
    CHECK((std::pair<std::string, std::string>("srun", "slipway-absent") == directory->links.at(0)));
    STRCMP_CONTAINS("/slipway-absent /.slipway/slurm/slipway-absent", line_of(directory[1]).c_str());
    LONGS_EQUAL(MS_RDONLY | MS_NOSUID | MS_NODEV, directory[1].word.flags);
    CHECK(directory[1].need == LayoutEntry::kIfThere);
  }
}

TEST(Layout, TheUsersMountsComeLastInTheirOrder) {
  admin({"mounts=/site"});
  request.batch_script = "/spool/script";
  options = {{"mounts", "/x:/y,tmpfs:/z,umount:/site"}};
  const Lines all = lines();
  CHECK((Lines{"/site /site", "/spool/script /spool/script", "/x /y", "tmpfs /z", "umount /site"} ==
         Lines(all.end() - 5, all.end())));
}

TEST(Layout, TheUsersMountsAreKnownAsSuch) {
  options = {{"mounts", "/x,/y"}};
  const auto all = layout();
  for (size_t i = 0; i < all.size(); ++i) {
    const bool is_users = i + 2 >= all.size(), is_standing = all[i].word.source == request.cwd;
    const AskedFor expected = is_users ? AskedFor::kByName : is_standing ? AskedFor::kByStanding : AskedFor::kNot;
    CHECK(expected == all[i].asked_for);
    if (is_users) LONGS_EQUAL(i + 2 - all.size(), all[i].word_number);
  }
}

TEST(Layout, TargetsAreWholePaths) {
  options = {{"mounts", "/x:/a/../b//c/."}};
  STRCMP_EQUAL("/b/c", last().word.target.c_str());
  options = {{"mounts", "/x/../y/"}};
  STRCMP_EQUAL("/x/../y/ /y", line_of(last()).c_str());
}

TEST(Layout, AFileAtItsOwnPlaceIsNoImage) {
  options = {{"mounts", "/x.sif"}};
  CHECK(last().word.how == MountWord::kTree);
  options = {{"mounts", "/x.sif:/x"}};
  CHECK(last().word.how == MountWord::kAsItIs);
}

TEST(Layout, AtItsOwnPlaceATopIsATopToo) {
  options = {{"mounts", "/x::bind"}};
  CHECK(last().word.how == MountWord::kTop);
}

TEST(Layout, AutomaticMountsAreThoseOfAType) {
  const std::string here = make_directory("here"), there = make_directory("there");
  admin({"mounts=auto:xyz,ramfs"});
  options = {{"no_mount", "tmp,cwd"}};
  constexpr int kSkipped = 77;
  const Ended ended = in_child([&] {
    const bool mounted = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         mount("slipway", here.c_str(), "ramfs", 0, nullptr) == 0 &&
                         mount("slipway", there.c_str(), "tmpfs", 0, nullptr) == 0;
    if (!mounted) _exit(kSkipped);
    _exit(has(here + " " + here) && !has(there + " " + there) ? 0 : 1);
  });
  if (ended.exit_code == kSkipped)
    printf("skipped: needs root\n");
  else
    LONGS_EQUAL(0, ended.exit_code);
}

TEST(Layout, AutomaticMountsLeaveTheSystemToTheImage) {
  admin({"mounts=auto:proc,sysfs,devpts,cgroup2,mqueue"});
  const size_t all = lines().size();
  admin({});
  LONGS_EQUAL(lines().size(), all);
}

TEST(Layout, AutomaticMountsOfAnUnknownTypeAreNone) {
  admin({"mounts=auto:xyz", "mounts=auto:,"});
  LONGS_EQUAL(2, more().size());
}

TEST(Layout, TheHostsAreShownWhereNamespacesAreTheHosts) {
  options = {{"unshare", "uts,pid"}};
  STRCMP_EQUAL("host's /sys ro", at("/sys").c_str());
  STRCMP_EQUAL("host's /dev/shm", at("/dev/shm").c_str());
  STRCMP_EQUAL("host's /dev/mqueue", at("/dev/mqueue").c_str());
}

TEST(Layout, ANetworkOfItsOwnHasItsOwnDevicesInSys) {
  options = {{"unshare", "net"}};
  STRCMP_EQUAL("host's /sys ro, new sysfs ro", at("/sys").c_str());
  STRCMP_EQUAL("host's /sys/fs/cgroup ro", at("/sys/fs/cgroup").c_str());
  STRCMP_EQUAL("host's /dev/shm", at("/dev/shm").c_str());
}

TEST(Layout, AnIpcNamespaceOfItsOwnShowsNothingOfTheHosts) {
  options = {{"unshare", "ipc"}};
  STRCMP_EQUAL("empty ", at("/dev/shm").c_str());
  STRCMP_EQUAL("new mqueue", at("/dev/mqueue").c_str());
  STRCMP_EQUAL("host's /sys ro", at("/sys").c_str());
}
