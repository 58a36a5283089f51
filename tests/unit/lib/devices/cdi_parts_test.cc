// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/cdi_parts.h"

#include <sys/mount.h>

#include "lib/devices/cdi_hooks.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(CdiParts) {
  CdiRegistry registry{{{"vendor.com/gpu", "/etc/cdi/vendor.yaml", {}, {{"0", {}}, {"1", {}}}}}, {}, {}};
  CdiEdits& common = registry.specs[0].edits;
  CdiEdits& first = registry.specs[0].devices[0].edits;
  CdiEdits& second = registry.specs[0].devices[1].edits;
  std::string handled;  // the path of a node

  CdiParts parts() const {
    const CdiSpec& spec = registry.specs[0];
    const CdiChoice both[] = {{&spec, &spec.devices[0]}, {&spec, &spec.devices[1]}};
    return cdi_parts(both, [&](const std::string& path) { return path == handled; }, "--devices");
  }
  // "SOURCE>TARGET FLAGS" of each mount.
  static std::string described(const CdiParts& parts) {
    std::string text;
    for (const LayoutEntry& entry : parts.additions.mounts) {
      text += entry.word.source + ">" + entry.word.target;
      if (entry.word.flags & MS_RDONLY) text += " ro";
      if (entry.word.flags & MS_NOSUID) text += " nosuid";
      if (entry.word.flags & MS_NODEV) text += " nodev";
      if (entry.word.flags & MS_NOEXEC) text += " noexec";
      text += "\n";
    }
    return text;
  }
  static CdiMount bind(const std::string& path, const std::vector<std::string>& options = {}) {
    return {path, path, "", options};
  }
};

TEST(CdiParts, MountsAreReadOnlyUnlessTheSpecSaysOtherwise) {
  common.mounts = {bind("/a"), bind("/b", {"rw", "rbind", "noexec"}), bind("/c", {"ro", "suid", "dev"})};
  STRCMP_EQUAL("/a>/a ro nosuid nodev\n/b>/b nosuid nodev noexec\n/c>/c ro nosuid nodev\n", described(parts()).c_str());
}

TEST(CdiParts, WhatTheHostLacksIsLeftOutAndNothingIsTheUsersWish) {
  common.mounts = {bind("/a")};
  const LayoutEntry entry = parts().additions.mounts.at(0);
  CHECK(entry.need == LayoutEntry::kIfThere);
  CHECK(entry.asked_for == AskedFor::kNot);
  CHECK(entry.word.how == MountWord::kTree);
  STRCMP_EQUAL("--devices", entry.asked_by.c_str());
}

TEST(CdiParts, OfMountsAtOnePlaceTheLastCountsAndParentsComeFirst) {
  common.mounts = {{"/x", "/lib/a/b/", "", {}}, {"/y", "/lib//a", "", {}}};
  second.mounts = {{"/z", "/lib/a/b", "", {}}};
  STRCMP_EQUAL("/y>/lib/a ro nosuid nodev\n/z>/lib/a/b ro nosuid nodev\n", described(parts()).c_str());
}

TEST(CdiParts, ATmpfsIsMadeAndOtherFileSystemsAreTold) {
  common.mounts = {{"tmpfs", "/t", "tmpfs", {"size=64m", "mode=1777"}}, {"none", "/u", "tmpfs", {"size=x", "mode=x"}},
                   {"overlay", "/o", "overlay", {}}};
  const CdiParts made = parts();
  LONGS_EQUAL(2, made.additions.mounts.size());
  CHECK(made.additions.mounts[0].word.kind == MountWord::kTmpfs);
  STRCMP_EQUAL("64m", made.additions.mounts[0].word.size.c_str());
  STRCMP_EQUAL("1777", made.additions.mounts[0].mode.c_str());
  STRCMP_EQUAL("", made.additions.mounts[1].word.size.c_str());
  STRCMP_EQUAL("0755", made.additions.mounts[1].mode.c_str());
  STRCMP_EQUAL("the mount at /o of /etc/cdi/vendor.yaml is not made: its type is overlay", made.notices.at(0).c_str());
}

TEST(CdiParts, NodesAreBoundSoThatTheyCanBeOpenedExceptThoseHandledElsewhere) {
  common.nodes = {{"/dev/ctl", "/dev/ctl"}};
  first.nodes = {{"/dev/gpu0", "/dev/gpu8"}, {"/dev/other", "/dev/other"}};
  handled = "/dev/gpu8";
  STRCMP_EQUAL("/dev/ctl>/dev/ctl nosuid\n/dev/other>/dev/other nosuid\n", described(parts()).c_str());
  handled = "/dev/gpu0";
  STRCMP_CONTAINS("/dev/gpu8>/dev/gpu0 nosuid\n", described(parts()).c_str());
}

TEST(CdiParts, TheLastOfAVariableCountsAndASpecsOwnComeFirst) {
  common.environment = {"A=spec", "B=x=y", "C="};
  first.environment = {"A=first"};
  second.environment = {"A=second"};
  const CdiParts made = parts();
  LONGS_EQUAL(3, made.environment.size());
  CHECK(made.environment[0] == std::make_pair(std::string("B"), std::string("x=y")));
  CHECK(made.environment[1] == std::make_pair(std::string("C"), std::string("")));
  CHECK(made.environment[2] == std::make_pair(std::string("A"), std::string("second")));
}

TEST(CdiParts, LinksBelowDevAreForItsOwnMount) {
  common.hooks = {{"createContainer", "/usr/bin/nvidia-cdi-hook",
                   {"nvidia-cdi-hook", "create-symlinks", "--link", "libcuda.so.1::/usr/lib64/libcuda.so", "--link",
                    "../card1::/dev/dri/by-path/pci-0000:07:00.0-card"}}};
  const CdiParts made = parts();
  LONGS_EQUAL(1, made.additions.links.size());
  STRCMP_EQUAL("/usr/lib64/libcuda.so", made.additions.links[0].first.c_str());
  STRCMP_EQUAL("libcuda.so.1", made.additions.links[0].second.c_str());
  LONGS_EQUAL(1, made.device_links.size());
  STRCMP_EQUAL("dri/by-path/pci-0000:07:00.0-card", made.device_links[0].first.c_str());
  STRCMP_EQUAL("../card1", made.device_links[0].second.c_str());
}

TEST(CdiParts, AMountIsNotMadeWhereALinkLeads) {
  common.mounts = {bind("/usr/lib64/libcuda.so.1")};
  common.hooks = {{"createContainer", "/usr/bin/nvidia-cdi-hook",
                   {"nvidia-cdi-hook", "create-symlinks", "--link", "libcuda.so.5::/usr/lib64/libcuda.so.1"}}};
  CHECK(parts().additions.links.empty());
}

TEST(CdiParts, ANoticeIsGivenOnce) {
  first.network_devices = second.network_devices = {"eth0"};
  first.hooks = second.hooks = {{"poststop", "/usr/bin/tidy", {"tidy"}}};
  const CdiParts made = parts();
  LONGS_EQUAL(2, made.notices.size());
  STRCMP_EQUAL(
      "the network device eth0 of /etc/cdi/vendor.yaml is not moved: the container has the network of the node",
      made.notices[0].c_str());
  STRCMP_EQUAL("the CDI hook /usr/bin/tidy of /etc/cdi/vendor.yaml is not carried out", made.notices[1].c_str());
}

TEST_GROUP(CdiHooks) {
  CdiHookWork work;

  void take(const std::string& path, const std::vector<std::string>& arguments) {
    add_cdi_hook(work, {"createContainer", path, arguments}, "/spec");
  }
  void take_nvidia(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "nvidia-cdi-hook");
    take("/usr/bin/nvidia-cdi-hook", arguments);
  }
};

TEST(CdiHooks, BothOfNvidiasProgramsAreUnderstood) {
  take("/usr/bin/nvidia-cdi-hook", {"nvidia-cdi-hook", "update-ldcache", "--folder", "/a"});
  take("/opt/bin/nvidia-ctk", {"nvidia-ctk", "hook", "update-ldcache", "--folder=/b", "--ldconfig-path", "/sbin/x"});
  take("/usr/bin/nvidia-ctk", {"nvidia-ctk", "--debug", "hook", "create-soname-symlinks", "--folder", "/a", "--folder",
                              "/c/"});
  CHECK(work.library_folders == (std::vector<std::string>{"/a", "/b", "/c"}));
  CHECK(work.notices.empty());
}

TEST(CdiHooks, OfLinksAtOnePlaceTheLastCounts) {
  take_nvidia({"create-symlinks", "--link", "a::/x/y", "--link=b::/x//y", "--link", "c::/z"});
  LONGS_EQUAL(2, work.links.size());
  STRCMP_EQUAL("/x/y", work.links[0].first.c_str());
  STRCMP_EQUAL("b", work.links[0].second.c_str());
  STRCMP_EQUAL("/z", work.links[1].first.c_str());
}

TEST(CdiHooks, LinksLieInside) {
  for (const char* link : {"a::b", "a::/x/../../b", "a::/..", "::/b", "a:/b", "a::/", "a::/.", "a::/b::c", "a::"}) {
    take_nvidia({"create-symlinks", "--link", link});
    CHECK(work.links.empty());
    const std::string notice =
        "the link " + std::string(link) + " of /spec is not made: it is not TARGET::PATH, with an absolute path";
    STRCMP_EQUAL(notice.c_str(), work.notices.back().c_str());
  }
}

TEST(CdiHooks, FoldersLieInside) {
  take_nvidia({"update-ldcache", "--folder", "lib", "--folder", "/a/../b", "--folder"});
  CHECK(work.library_folders.empty());
}

TEST(CdiHooks, CudaCompatIsLeftToTheCaller) {
  take_nvidia({"update-ldcache"});
  CHECK_FALSE(work.wants_cuda_compat);
  take_nvidia({"enable-cuda-compat", "--host-driver-version=550.127.08"});
  CHECK_TRUE(work.wants_cuda_compat);
}

TEST(CdiHooks, WhatIsNeedlessHereIsLeftOutWithoutAWord) {
  take_nvidia({"chmod", "--mode", "755", "--path", "/dev/dri"});
  take_nvidia({"disable-device-node-modification"});
  take_nvidia({"update-application-profile"});
  CHECK(work.notices.empty() && work.links.empty() && work.library_folders.empty());
}

TEST(CdiHooks, OtherHooksAreToldAbout) {
  take_nvidia({"apply-new-thing", "--x"});
  take("/usr/bin/nvidia-ctk", {"nvidia-ctk", "cdi", "generate"});
  take("/usr/bin/create-symlinks", {"create-symlinks", "--link", "a::/b"});
  take("/usr/bin/nvidia-cdi-hook", {});
  LONGS_EQUAL(4, work.notices.size());
  STRCMP_EQUAL("the CDI hook /usr/bin/nvidia-cdi-hook apply-new-thing of /spec is not carried out",
               work.notices[0].c_str());
  STRCMP_EQUAL("the CDI hook /usr/bin/nvidia-ctk of /spec is not carried out", work.notices[1].c_str());
  CHECK(work.links.empty());
}
