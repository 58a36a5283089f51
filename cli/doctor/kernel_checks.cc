// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "cli/doctor/checks.h"
#include "cli/doctor/kernel_release.h"
#include "lib/base/error.h"
#include "lib/kernel/kernel.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace slipway::doctor {

namespace {

constexpr KernelRelease kOldest{4, 18};

// Calls that do nothing, but fail in another way where the kernel knows them.
bool exists(long answer) { return answer >= 0 || errno != ENOSYS; }

constexpr SystemCall kSystemCalls[] = {
    {"openat2", "5.6", [] { return exists(kernel::openat2(-1, "x", 0, 0)); },
     "a link of /proc on the way to an image is refused by what was opened, not by the open"},
    {"fsopen", "5.2", [] { return exists(kernel::fsopen(nullptr)); }, "images are mounted by mount(2)"},
    {"mount_setattr", "5.12", [] { return exists(kernel::mount_setattr(-1, "x", 0, {})); },
     "the flags of a tree of mounts are set one by one"},
    {"close_range", "5.9", [] { return exists(syscall(SYS_close_range, ~0u, 0u, 0u)); },
     "descriptors are closed one by one"},
};

struct Feature {
  const char* name;
  KernelRelease since;
  const char* without;
};

constexpr Feature kFeatures[] = {
    {"LOOP_CONFIGURE", {5, 8}, "loop devices are set up in two calls"},
    {"overlayfs in user namespaces", {5, 11},
     "images cannot be written, and directories that hold entries of image and host are made of single mounts"},
    {"squashfs with mapped ids", {6, 2},
     "files of the image's root show as nobody's, and an image that is to be written is mounted by FUSE"},
    {"attributes of users on tmpfs", {6, 6},
     "directories of an image that is written in memory cannot be removed, unless writable_layer=ext4"},
};

std::string text_of(KernelRelease release) {
  return std::to_string(release.major) + "." + std::to_string(release.minor);
}

KernelRelease release_of(const Site& site) { return kernel_release_of(site.node.word("/proc/sys/kernel/osrelease")); }

Finding no_release() {
  return unknown("/proc/sys/kernel/osrelease says no release", "which kernel this is cannot be said", "mount /proc");
}

}  // namespace

KernelRelease kernel_release_of(const std::string& text) {
  KernelRelease release;
  if (sscanf(text.c_str(), "%u.%u", &release.major, &release.minor) != 2) return {};
  return release;
}

Finding look_at_kernel(const Site& site) {
  const std::string text = site.node.word("/proc/sys/kernel/osrelease");
  const KernelRelease release = release_of(site);
  if (release == KernelRelease{}) return no_release();
  const std::string found = "Linux " + printable(text);
  if (release < kOldest) {
    return missing(found, "containers need Linux " + text_of(kOldest), "run a newer kernel on this node");
  }
  return ok(found, "new enough: containers need " + text_of(kOldest));
}

Finding look_at_system_calls(std::span<const SystemCall> calls) {
  std::vector<std::string> there, absent;
  std::string fallbacks;
  for (const SystemCall& call : calls) {
    if (call.exists()) {
      there.push_back(call.name);
      continue;
    }
    absent.push_back(call.name + std::string(" (Linux ") + call.since + ")");
    if (fallbacks.find(call.fallback) == fallbacks.npos)
      fallbacks += (fallbacks.empty() ? "" : "; ") + std::string(call.fallback);
  }
  if (absent.empty()) return ok(list_of(there), "all that Slipway prefers");
  return warning("no " + list_of(absent), "containers run: " + fallbacks, "a newer kernel has them");
}

Finding look_at_system_calls(const Site&) { return look_at_system_calls(kSystemCalls); }

Finding look_at_kernel_age(const Site& site) {
  const KernelRelease release = release_of(site);
  if (release == KernelRelease{}) return no_release();
  std::vector<std::string> there, absent;
  std::string without;
  for (const Feature& feature : kFeatures) {
    if (release >= feature.since) {
      there.push_back(feature.name);
      continue;
    }
    absent.push_back(feature.name + (" (Linux " + text_of(feature.since) + ")"));
    without += (without.empty() ? "" : "; ") + std::string(feature.without);
  }
  if (absent.empty()) return ok(list_of(there), "by its release, this kernel has all that Slipway uses");
  return warning("by its release, no " + list_of(absent), "containers run, but " + without, "a newer kernel has them");
}

Finding look_at_writable_layer(const Site& site) {
  const KernelRelease release = release_of(site);
  if (site.settings.writable_layer != Settings::WritableLayer::kExt4) return ok("tmpfs", "nothing more is needed");
  if (release >= KernelRelease{6, 6}) return ok("ext4 is not needed", "this kernel's tmpfs has attributes of users");
  for (const char* program : {"/sbin/mke2fs", "/usr/sbin/mke2fs"}) {
    if (!site.node.exists(program)) continue;
    return ok(std::string("ext4 by ") + program, "directories of an image that is written in memory can be removed");
  }
  return warning("no /sbin/mke2fs", "writable_layer=ext4 does not work here: steps that write their image get tmpfs",
                 "install e2fsprogs");
}

Finding look_at_hidepid(const Site& site) {
  for (const MountEntry& mount : site.mounts) {
    if (mount.directory != "/proc") continue;
    const size_t at = mount.super_options.find("hidepid=");
    const std::string value = at == std::string::npos ? "0" : mount.super_options.substr(at + 8);
    const std::string level = value.substr(0, value.find(','));
    if (level == "0" || level == "off") continue;
    return ok(
        "/proc hides the processes of others (hidepid=" + printable(level) + ")",
        "containers are made by root, whom it does not touch; inside, too, users see their own processes only, and "
        "as a user this command sees less");
  }
  return ok("/proc hides no processes", "nothing is in the way");
}

Finding look_at_ptrace(const Site& site) {
  const std::string scope = site.node.word("/proc/sys/kernel/yama/ptrace_scope");
  if (scope.empty() || scope == "0") {
    return ok(scope.empty() ? "no Yama" : "kernel.yama.ptrace_scope=0",
              "ranks of a node may copy from each other's memory (CMA), in containers as outside");
  }
  return warning(
      "kernel.yama.ptrace_scope=" + printable(scope),
      "ranks may not copy from each other's memory (CMA) unless they allow it to each other; MPI then copies "
      "twice through shared memory, in containers as outside",
      "sysctl kernel.yama.ptrace_scope=0, if the site's users may trace their own processes");
}

}  // namespace slipway::doctor
