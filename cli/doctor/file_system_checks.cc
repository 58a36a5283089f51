// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/checks.h"
#include "cli/doctor/kernel_module.h"
#include "lib/base/error.h"

namespace slipway::doctor {

namespace {

Finding there(const KernelModule& module, const std::string& means) {
  return ok(module.state == KernelModule::kThere ? "the kernel has it" : "the kernel loads it when it is needed",
            means);
}

// Of a module that is not there: `absent` is warning() or missing().
Finding not_there(const KernelModule& module, const std::string& name,
                  Finding (*absent)(std::string, std::string, std::string), const std::string& means) {
  if (module.state == KernelModule::kBlocked) {
    return absent("the kernel may not load it: " + printable(module.where), means,
                  "take that line away, then modprobe " + name);
  }
  if (module.state == KernelModule::kAbsent) {
    return absent("this kernel has no " + name, means, "install the rest of the kernel's modules, or another kernel");
  }
  return unknown("it is not loaded, and /lib/modules does not tell whether it can be", "if it cannot: " + means,
                 "modprobe " + name + " tells");
}

bool is_usable(const KernelModule& module) {
  return module.state == KernelModule::kThere || module.state == KernelModule::kLoadable;
}

}  // namespace

Finding look_at_squashfs(const Site& site) {
  const KernelModule module = kernel_module(site.node, "squashfs");
  if (is_usable(module)) return there(module, "images that root alone could have written are mounted by it");
  if (site.settings.mount_kernel == MountKernel::kNever) {
    return ok("the kernel has none", "with mount_kernel=never FUSE mounts every squashfs image");
  }
  return not_there(module, "squashfs", missing, "images that root alone could have written cannot be mounted");
}

Finding look_at_erofs(const Site& site) {
  const KernelModule module = kernel_module(site.node, "erofs");
  if (is_usable(module)) return there(module, "EROFS images that root alone could have written can be mounted");
  return not_there(module, "erofs", warning, "EROFS images are refused; SIF and squashfs images run");
}

Finding look_at_overlay(const Site& site) {
  const KernelModule module = kernel_module(site.node, "overlay");
  if (is_usable(module)) return there(module, "images can be written, where the kernel is new enough for that");
  return not_there(module, "overlay", warning,
                   "images cannot be written, and directories that hold entries of image and host are made of single "
                   "mounts");
}

Finding look_at_loop_devices(const Site& site) {
  const char* const means = "without them the kernel mounts no image";
  const KernelModule module = kernel_module(site.node, "loop");
  if (!is_usable(module)) return not_there(module, "loop", missing, means);
  if (!site.node.exists("/dev/loop-control")) {
    return missing("no /dev/loop-control", means, "modprobe loop");
  }
  const size_t devices = site.node.matching("/sys/block/loop*").size();
  const std::string most = site.node.word("/sys/module/loop/parameters/max_loop");
  return ok(std::to_string(devices) + " are there" + (most.empty() ? "" : " (max_loop=" + printable(most) + ")"),
            "a step takes one for each image that the kernel mounts; more are made when they are needed");
}

}  // namespace slipway::doctor
