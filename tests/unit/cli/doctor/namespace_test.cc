// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/namespace_trial.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

#include "tests/unit/fake_node.h"
#include "tests/unit/in_child.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using namespace slipway::doctor;

namespace {

// In a child, since the tests have to go on as before.
Ended tried_after(bool (*prepare)()) {
  return in_child([prepare] {
    if (!prepare()) _exit(1);
    const NamespaceTrial trial = try_namespaces();
    dprintf(STDERR_FILENO, "%s %s %d", trial.users.state == Attempt::kKilled ? "killed" : "", trial.users.what,
            trial.users.error);
  });
}

// System calls of this number end with `action`.
bool filter(uint32_t call, uint32_t action) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

TEST_GROUP(DoctorNamespace) {
  FakeNode fake;

  void setup() override {
    for (const char* name : {"user", "mnt", "net", "ipc", "uts", "pid"}) {
      fake.write("/proc/sys/user/max_" + std::string(name) + "_namespaces", "9\n");
    }
  }

  void is(Status status, const char* text, Finding (*look)(const Site&)) {
    const Finding finding = fake.answer_of(look);
    const std::string all = finding.found + ": " + finding.means + "; " + finding.remedy;
    STRCMP_CONTAINS(text, all.c_str());
    STRCMP_EQUAL(word_of(status), word_of(finding.status));
  }
  void users_fail_with(int error) {
    fake.trial.users = {Attempt::kFailed, "unshare(x)", error};
    for (Attempt& other : fake.trial.others) other = {};
  }
};

TEST(DoctorNamespace, WhatRootMayNotMakeIsMissing) {
  users_fail_with(EPERM);
  is(Status::kMissing,
     "user.max_user_namespaces=9, but unshare(x): Operation not permitted: no container can be made; start slurmd "
     "outside of a chroot",
     look_at_user_namespaces);
  is(Status::kOk, "root could make one", look_at_mount_namespaces);
  fake.trial.roots_mounts = {Attempt::kFailed, "mount(y)", EPERM};
  is(Status::kMissing, "user.max_mnt_namespaces=9, but mount(y): Operation not permitted", look_at_mount_namespaces);
}

TEST(DoctorNamespace, ALimitThatIsReachedIsToBeRaised) {
  users_fail_with(ENOSPC);
  is(Status::kMissing, "raise the sysctl user.max_user_namespaces", look_at_user_namespaces);
}

TEST(DoctorNamespace, AFilterIsTold) {
  fake.write("/proc/self/status", "Name:\tx\nSeccomp:\t2\n");
  users_fail_with(EPERM);
  is(Status::kMissing, "Operation not permitted, under a filter of system calls", look_at_user_namespaces);
  fake.trial.users.state = Attempt::kKilled;
  is(Status::kMissing, "unshare(x): the process was killed, under a filter", look_at_user_namespaces);
}

TEST(DoctorNamespace, WhatAUserMayNotMakeIsForRootToTry) {
  fake.trial.is_roots = false;
  is(Status::kOk, "and this user could make one", look_at_user_namespaces);
  users_fail_with(EPERM);
  is(Status::kUnknown, "run slipway doctor as root", look_at_user_namespaces);
  is(Status::kUnknown, "run slipway doctor as root", look_at_mount_namespaces);
}

TEST(DoctorNamespace, WhatWasNotTriedIsUnknown) {
  fake.trial.roots_mounts = {Attempt::kKilled, "unshare(y)", 0};
  fake.trial.users = {};
  is(Status::kMissing, "unshare(y): the process was killed", look_at_mount_namespaces);
  is(Status::kUnknown, "was not tried", look_at_user_namespaces);
}

// The helper has a profile of its own; this command has none.
TEST(DoctorNamespace, WhatAppArmorDeniesToThisCommandIsUnknown) {
  fake.write("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n");
  is(Status::kOk, "root could make one", look_at_user_namespaces);
  users_fail_with(EACCES);
  is(Status::kUnknown, "run a step with a container", look_at_user_namespaces);
}

TEST(DoctorNamespace, EachOtherKindIsForOneOption) {
  is(Status::kOk, "net, ipc, uts, pid", look_at_other_namespaces);
  fake.trial.others[1] = {Attempt::kFailed, "unshare", EPERM};
  is(Status::kWarning, "could be made: ipc (unshare: Operation not permitted): --container-unshare fails",
     look_at_other_namespaces);
  fake.trial.is_roots = false;
  is(Status::kUnknown, "run slipway doctor as root", look_at_other_namespaces);
  users_fail_with(EPERM);
  is(Status::kUnknown, "not tried", look_at_other_namespaces);
}

TEST(DoctorNamespace, TheRealTrialMakesThemAll) {
  if (geteuid() != 0) return;
  const NamespaceTrial trial = try_namespaces();
  CHECK(trial.is_roots);
  for (const Attempt* attempt : {&trial.roots_mounts, &trial.users}) {
    LONGS_EQUAL_TEXT(Attempt::kWorked, attempt->state, attempt->what);
  }
  for (const Attempt& other : trial.others) LONGS_EQUAL(Attempt::kWorked, other.state);
}

TEST(DoctorNamespace, TheRealTrialOfAUserMakesThemAlone) {
  const Ended ended = in_child([] {
    if (geteuid() == 0 && (setresgid(23001, 23001, 23001) != 0 || setresuid(23001, 23001, 23001) != 0)) _exit(1);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // as a command that a user starts
    const bool is_allowed = in_child([] { if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) _exit(1); }).exit_code == 0;
    const NamespaceTrial trial = try_namespaces();
    if (trial.is_roots || trial.roots_mounts.state != Attempt::kNotMade) _exit(2);
    if ((trial.users.state == Attempt::kWorked) != is_allowed) _exit(3);
  });
  LONGS_EQUAL(0, ended.exit_code);
}

TEST(DoctorNamespace, InAChrootNoneCanBeMade) {
  if (geteuid() != 0) return;
  static const TemporaryDirectory directory;
  STRCMP_EQUAL(" unshare(user and mount namespaces) 1", tried_after([] {
                                                          return chroot(directory.path().c_str()) == 0;
                                                        }).output.c_str());
}

TEST(DoctorNamespace, UnderAFilterNoneCanBeMade) {
  if (geteuid() != 0) return;
  STRCMP_EQUAL(" unshare(user and mount namespaces) 38",
               tried_after([] { return filter(SYS_unshare, SECCOMP_RET_ERRNO | ENOSYS); }).output.c_str());
}

TEST(DoctorNamespace, AFilterMayKillWhoTries) {
  if (geteuid() != 0) return;
  STRCMP_EQUAL("killed becoming a user who keeps CAP_SYS_ADMIN 0",
               tried_after([] { return filter(SYS_setresuid, SECCOMP_RET_KILL_PROCESS); }).output.c_str());
}
