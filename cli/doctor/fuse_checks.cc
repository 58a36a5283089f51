// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/checks.h"
#include "cli/doctor/kernel_module.h"
#include "lib/base/error.h"

namespace slipway::doctor {

namespace {

constexpr char kUsersImages[] = "images that users could have written cannot be mounted";

// A site where the kernel mounts every squashfs, or the admin wants no other mounts, lives without FUSE.
bool is_needed(const Site& site) {
  return site.settings.fuse && site.settings.mount_kernel != MountKernel::kAnySquashfs;
}

constexpr char kNoFuse[] = "fuse=no: no image is mounted by it";

Finding there(const Site& site, const std::string& found, const std::string& means) {
  return ok(found, site.settings.fuse ? means : kNoFuse);
}

Finding absent(const Site& site, const std::string& found, const std::string& remedy) {
  if (is_needed(site)) return missing(found, kUsersImages, remedy);
  if (!site.settings.fuse) return ok(found, kNoFuse);
  return warning(found, "with mount_kernel=any-squashfs no image needs it", remedy);
}

std::string octal(mode_t mode) {
  std::string digits = "0000";
  for (size_t i = 0; i < digits.size(); ++i) digits[i] += (mode >> (9 - 3 * i)) & 7;
  return digits;
}

}  // namespace

Finding look_at_fuse(const Site& site) {
  const KernelModule module = kernel_module(site.node, "fuse");
  switch (module.state) {
    case KernelModule::kThere:
      return there(site, "the kernel has it", "users' own images are mounted by it");
    case KernelModule::kLoadable:
      return there(site, "the kernel loads it when it is needed", "users' own images are mounted by it");
    case KernelModule::kBlocked:
      return absent(site, "the kernel may not load it: " + printable(module.where),
                    "take that line away, then modprobe fuse");
    case KernelModule::kAbsent:
      return absent(site, "this kernel has no fuse", "install the rest of the kernel's modules, or another kernel");
    case KernelModule::kUnknown:
      break;
  }
  return unknown("it is not loaded, and /lib/modules does not tell whether it can be",
                 std::string("if it cannot: ") + kUsersImages, "modprobe fuse tells");
}

Finding look_at_fuse_device(const Site& site) {
  const auto status = site.node.status("/dev/fuse");
  if (!status) return absent(site, "it is not there", "modprobe fuse");
  if (!S_ISCHR(status->st_mode)) return absent(site, "it is no device", "remove it, then modprobe fuse");
  const mode_t mode = status->st_mode & 07777;
  if ((mode & 0666) == 0666) return there(site, "its mode is " + octal(mode), "users may open it");
  return absent(site, "its mode is " + octal(mode) + ", and users may not open it",
                "chmod 0666 /dev/fuse, and look for the udev rule that changed it");
}

Finding look_at_fuse_program(const Site& site) {
  const std::string program = site.settings.fuse_program, name = printable(program);
  const std::string remedy = "install it again as root, or correct fuse_program= in plugstack.conf";
  if (site.node.is_hidden(program)) return hidden(program);
  const auto status = site.node.status(program);
  if (!status) return absent(site, name + " is not there", "install it, or correct fuse_program= in plugstack.conf");
  if (!S_ISREG(status->st_mode)) return absent(site, name + " is no program", remedy);
  if (status->st_uid != 0) {
    return absent(site, name + " belongs to uid " + std::to_string(status->st_uid) + ", not to root", remedy);
  }
  const mode_t mode = status->st_mode & 07777;
  if (mode & (S_IWGRP | S_IWOTH)) {
    return absent(site, name + " can be written by others than root (mode " + octal(mode) + ")", remedy);
  }
  if (!(mode & S_IXUSR)) return absent(site, name + " cannot be executed (mode " + octal(mode) + ")", remedy);
  return there(site, name + ", root's, mode " + octal(mode), "it serves users' own images, as the user");
}

}  // namespace slipway::doctor
