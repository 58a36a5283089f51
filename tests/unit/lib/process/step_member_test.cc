// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/step_member.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Directories = std::vector<std::string>;

TEST_GROUP(StepMember){};

TEST(StepMember, EveryHierarchyOfVersion1IsFound) {
  const std::string mounts =
      "24 18 0:22 / /sys rw shared:6 - sysfs sysfs rw\n"
      "30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "31 24 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 master:3 - cgroup cgroup rw,cpu,cpuacct\n"
      "32 24 0:28 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n";
  CHECK((Directories{"/sys/fs/cgroup/cpu,cpuacct/slurm/job_1", "/sys/fs/cgroup/memory/slurm/job_1/step_0",
                     "/sys/fs/cgroup/systemd/x"} ==
         cgroup_directories("3:cpuacct,cpu:/slurm/job_1\n2:memory:/slurm/job_1/step_0\n1:name=systemd:/x\n0::/\n",
                            mounts)));
}

TEST(StepMember, Version2HasOne) {
  const std::string mounts = "35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
  CHECK((Directories{"/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_0"} ==
         cgroup_directories("0::/system.slice/slurmstepd.scope/job_7/step_0\n", mounts)));
}

TEST(StepMember, AMountOfAPartShowsThePathBelowIt) {
  const std::string mounts = "30 24 0:26 /slip-n1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
  CHECK((Directories{"/sys/fs/cgroup/memory/slurm"} == cgroup_directories("2:memory:/slip-n1/slurm\n", mounts)));
  // As the test cluster's nodes have it: the same directory, mounted over by a part.
  const std::string covered = "29 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" + mounts;
  CHECK((Directories{"/sys/fs/cgroup/memory/slurm"} == cgroup_directories("2:memory:/slip-n1/slurm\n", covered)));
  CHECK((Directories{} == cgroup_directories("2:memory:/slip-n10/slurm\n", mounts)));
  CHECK((Directories{} == cgroup_directories("2:memory:/elsewhere\n", mounts)));
}

TEST(StepMember, WhatIsNotUnderstoodIsLeftOut) {
  CHECK(cgroup_directories("", "").empty());
  CHECK(cgroup_directories("garbage\n::\n1:x\n", "1 2 3\n - cgroup\n1 2 3 / /x rw - cgroup\n").empty());
}
