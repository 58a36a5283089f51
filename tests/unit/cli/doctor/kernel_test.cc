// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/kernel_module.h"
#include "cli/doctor/kernel_release.h"
#include "tests/unit/fake_node.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using namespace slipway::doctor;

TEST_GROUP(DoctorKernel) {
  FakeNode fake;

  void is(Status status, const char* text, Finding (*look)(const Site&)) {
    const Finding finding = fake.answer_of(look);
    const std::string all = finding.found + ": " + finding.means + "; " + finding.remedy;
    STRCMP_CONTAINS(text, all.c_str());
    STRCMP_EQUAL(word_of(status), word_of(finding.status));
  }
  void set(const std::string& name, const std::string& value) { fake.write("/proc/sys/" + name, value + "\n"); }
  void release(const std::string& name) { set("kernel/osrelease", name); }
};

TEST(DoctorKernel, ReleasesAreCompared) {
  CHECK(kernel_release_of("5.14.0-427.el9") == (KernelRelease{5, 14}));
  CHECK(kernel_release_of("5.9") < kernel_release_of("5.14"));
  CHECK(kernel_release_of("6.1") > kernel_release_of("5.14"));
  CHECK(kernel_release_of("x") == KernelRelease{});
}

TEST(DoctorKernel, OldKernelsAreMissing) {
  is(Status::kUnknown, "no release", look_at_kernel);
  release("3.10.0-1160.el7");
  is(Status::kMissing, "Linux 3.10.0-1160.el7: containers need Linux 4.18", look_at_kernel);
  release("4.18.0-553.el8");
  is(Status::kOk, "Linux 4.18.0", look_at_kernel);
}

TEST(DoctorKernel, WhatAnOlderKernelLacksIsToldWithWhatSlipwayDoes) {
  is(Status::kUnknown, "no release", look_at_kernel_age);
  release("6.1.0-13-amd64");
  is(Status::kWarning, "no squashfs with mapped ids (Linux 6.2), attributes of users on tmpfs (Linux 6.6): containers run, but files",
     look_at_kernel_age);
  release("4.18.0");
  is(Status::kWarning, "images cannot be written", look_at_kernel_age);
  release("6.8.0");
  is(Status::kOk, "overlayfs in user namespaces", look_at_kernel_age);
}

TEST(DoctorKernel, Ext4InMemoryTakesMke2fsBefore66) {
  Site site = fake.site();
  const auto finds = [&](Status status, const char* found) {
    const Finding finding = look_at_writable_layer(site);
    STRCMP_CONTAINS(found, finding.found.c_str());
    STRCMP_EQUAL(word_of(status), word_of(finding.status));
  };
  release("6.1.0");
  finds(Status::kOk, "tmpfs");
  site.settings.writable_layer = Settings::WritableLayer::kExt4;
  finds(Status::kWarning, "no /sbin/mke2fs");
  fake.write("/usr/sbin/mke2fs", "");
  finds(Status::kOk, "ext4 by /usr/sbin/mke2fs");
  release("6.6.0");
  finds(Status::kOk, "ext4 is not needed");
}

TEST(DoctorKernel, SystemCallsAreTried) {
  const SystemCall calls[] = {{"old", "1.0", [] { return true; }, "nothing"},
                              {"new", "9.9", [] { return false; }, "it is done by hand"}};
  const Finding all = look_at_system_calls(std::span(calls, 1)), some = look_at_system_calls(calls);
  STRCMP_EQUAL("old", all.found.c_str());
  CHECK(all.status == Status::kOk);
  STRCMP_EQUAL("no new (Linux 9.9)", some.found.c_str());
  STRCMP_EQUAL("containers run: it is done by hand", some.means.c_str());
  CHECK(some.status == Status::kWarning);
}

// Whatever this kernel is, asking does no harm.
TEST(DoctorKernel, TheRealSystemCallsCanBeTried) {
  const Finding finding = look_at_system_calls(fake.site());
  CHECK(finding.status == Status::kOk || finding.status == Status::kWarning);
  STRCMP_CONTAINS("close_range", finding.found.c_str());
}

TEST(DoctorKernel, NamespacesNeedALimitAboveNone) {
  is(Status::kMissing, "no /proc/sys/user/max_user_namespaces", look_at_user_namespaces);
  set("user/max_user_namespaces", "0");
  is(Status::kMissing, "sysctl user.max_user_namespaces=", look_at_user_namespaces);
  set("user/max_user_namespaces", "1000");
  is(Status::kOk, "user.max_user_namespaces=1000, and root could make one: a step's", look_at_user_namespaces);
  set("user/max_mnt_namespaces", "0");
  is(Status::kMissing, "user.max_mnt_namespaces=0", look_at_mount_namespaces);
  set("user/max_mnt_namespaces", "9");
  is(Status::kOk, "user.max_mnt_namespaces=9, and root could make one: a step's", look_at_mount_namespaces);
}

TEST(DoctorKernel, OtherNamespacesAreForOneOption) {
  for (const char* name : {"net", "ipc", "uts"}) set("user/max_" + std::string(name) + "_namespaces", "5");
  is(Status::kWarning, "can be made: pid", look_at_other_namespaces);
  set("user/max_pid_namespaces", "5");
  is(Status::kOk, "net, ipc, uts, pid", look_at_other_namespaces);
}

TEST(DoctorKernel, RestrictionsOfUsersAreNoneOfRoots) {
  is(Status::kOk, "not restricted", look_at_unprivileged_namespaces);
  set("kernel/unprivileged_userns_clone", "0");
  is(Status::kOk, "started by root", look_at_unprivileged_namespaces);
}

TEST(DoctorKernel, ApparmorsRestrictionAsksForAProfile) {
  is(Status::kOk, "restricts no user namespaces", look_at_apparmor);
  set("kernel/apparmor_restrict_unprivileged_userns", "1");
  is(Status::kWarning, "no /etc/apparmor.d/slipway", look_at_apparmor);
  fake.write("/etc/apparmor.d/slipway", "");
  is(Status::kOk, "/etc/apparmor.d/slipway is there", look_at_apparmor);
}

TEST(DoctorKernel, SelinuxIsToldWhenItEnforces) {
  is(Status::kOk, "no SELinux", look_at_selinux);
  fake.write("/sys/fs/selinux/enforce", "0");
  is(Status::kOk, "permissive", look_at_selinux);
  fake.write("/sys/fs/selinux/enforce", "1");
  is(Status::kWarning, "enforcing", look_at_selinux);
}

TEST(DoctorKernel, ModulesAreSearchedWhereTheKernelLoadsThemFrom) {
  release("6.1.0");
  const auto state = [&] { return kernel_module(fake.node(), "squashfs").state; };
  LONGS_EQUAL(KernelModule::kUnknown, state());
  fake.write("/lib/modules/6.1.0/modules.dep", "kernel/fs/nosquashfs.ko:\n");
  LONGS_EQUAL(KernelModule::kAbsent, state());
  fake.write("/lib/modules/6.1.0/modules.dep", "kernel/fs/squashfs/squashfs.ko.xz:\n");
  LONGS_EQUAL(KernelModule::kLoadable, state());
  fake.write("/etc/modprobe.d/a.conf",
             "# install squashfs /bin/false\ninstall other /bin/false\nblacklist squashfs2\n");
  LONGS_EQUAL(KernelModule::kLoadable, state());
  fake.write("/etc/modprobe.d/b.conf", "install squashfs /bin/false\n");
  LONGS_EQUAL(KernelModule::kBlocked, state());
  fake.write("/proc/filesystems", "nodev\ttmpfs\n\tsquashfs\n");
  LONGS_EQUAL(KernelModule::kThere, state());
}

TEST(DoctorKernel, ModulesCanBeForbiddenInSeveralWays) {
  release("6.1.0");
  fake.write("/lib/modules/6.1.0/modules.dep", "kernel/fs/fuse/fuse.ko:\n");
  const auto state = [&] { return kernel_module(fake.node(), "fuse").state; };
  fake.write("/proc/cmdline", "quiet module_blacklist=nofuse,fuse2\n");
  LONGS_EQUAL(KernelModule::kLoadable, state());
  fake.write("/proc/cmdline", "quiet module_blacklist=a,fuse\n");
  LONGS_EQUAL(KernelModule::kBlocked, state());
  fake.write("/proc/cmdline", "quiet\n");
  fake.write("/usr/lib/modprobe.d/x.conf", "blacklist fuse\n");
  LONGS_EQUAL(KernelModule::kBlocked, state());
}

TEST(DoctorKernel, FileSystemsAreNeededToDifferentDegrees) {
  release("6.1.0");
  fake.write("/lib/modules/6.1.0/modules.dep", "kernel/other.ko:\n");
  is(Status::kMissing, "has no squashfs", look_at_squashfs);
  is(Status::kWarning, "EROFS images are refused", look_at_erofs);
  is(Status::kWarning, "images cannot be written", look_at_overlay);
  is(Status::kMissing, "has no fuse", look_at_fuse);
  fake.write("/proc/filesystems", "\tsquashfs\n\terofs\nnodev\toverlay\nnodev\tfuse\n");
  for (auto* look : {look_at_squashfs, look_at_erofs, look_at_overlay, look_at_fuse}) {
    is(Status::kOk, "the kernel has it", look);
  }
}

TEST(DoctorKernel, WhatIsForbiddenIsNamedWithItsLine) {
  fake.write("/etc/modprobe.d/cis.conf", "install squashfs /bin/false\n");
  is(Status::kMissing, "/etc/modprobe.d/cis.conf (install squashfs /bin/false)", look_at_squashfs);
  fake.write("/etc/slurm/slurm.conf", "");
  fake.write("/etc/slurm/plugstack.conf", "required spank_slipway.so mount_kernel=never");
  is(Status::kOk, "mount_kernel=never", look_at_squashfs);
}

TEST(DoctorKernel, LoopDevicesNeedTheirControl) {
  is(Status::kUnknown, "modprobe loop tells", look_at_loop_devices);
  fake.write("/sys/module/loop/parameters/max_loop", "8\n");
  is(Status::kMissing, "no /dev/loop-control", look_at_loop_devices);
  fake.write("/dev/loop-control", "");
  fake.make_directory("/sys/block/loop0");
  is(Status::kOk, "1 are there (max_loop=8)", look_at_loop_devices);
}

TEST(DoctorKernel, DevFuseIsForAll) {
  is(Status::kMissing, "it is not there", look_at_fuse_device);
  fake.write("/dev/fuse", "");
  is(Status::kMissing, "no device", look_at_fuse_device);
  std::filesystem::remove(fake.place_of("/dev/fuse"));
  fake.link("/dev/fuse", "/dev/null");
  is(Status::kOk, "0666", look_at_fuse_device);
}

TEST(DoctorKernel, TheFuseProgramIsRoots) {
  fake.write("/etc/slurm/slurm.conf", "");
  fake.write("/etc/slurm/plugstack.conf", "required spank_slipway.so fuse_program=/bin/server");
  is(Status::kMissing, "/bin/server is not there", look_at_fuse_program);
  fake.link("/bin/server", "/bin/true");
  is(Status::kOk, "/bin/server, root's", look_at_fuse_program);
  std::filesystem::remove(fake.place_of("/bin/server"));
  fake.make_directory("/bin/server");
  is(Status::kMissing, "is no program", look_at_fuse_program);
}

TEST(DoctorKernel, ASiteThatNeedsNoFuseIsWarnedOnly) {
  fake.write("/etc/slurm/slurm.conf", "");
  fake.write("/etc/slurm/plugstack.conf", "required spank_slipway.so mount_kernel=any-squashfs");
  is(Status::kWarning, "mount_kernel=any-squashfs", look_at_fuse_device);
}

TEST(DoctorKernel, HiddenProcessesAreTold) {
  fake.mount("/proc", "proc");
  is(Status::kOk, "hides no processes", look_at_hidepid);
  fake.mount("/proc", "proc", "rw,gid=5,hidepid=invisible");
  is(Status::kOk, "hidepid=invisible", look_at_hidepid);
}

TEST(DoctorKernel, PtraceDecidesAboutCma) {
  is(Status::kOk, "no Yama", look_at_ptrace);
  set("kernel/yama/ptrace_scope", "0");
  is(Status::kOk, "ptrace_scope=0", look_at_ptrace);
  set("kernel/yama/ptrace_scope", "1");
  is(Status::kWarning, "CMA", look_at_ptrace);
}
