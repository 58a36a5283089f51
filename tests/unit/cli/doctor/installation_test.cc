// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/installation.h"

#include <unistd.h>

#include <cstdlib>

#include "cli/doctor/slurm_conf.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/fake_node.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway::doctor;

TEST_GROUP(DoctorInstallation) {
  FakeNode fake;
  std::string path_before;

  void setup() override {
    const char* const path = getenv("PATH");
    path_before = path ? path : "";
    setenv("PATH", "/usr/bin:/bin", 1);
    unsetenv("SLURM_CONF");
  }
  void teardown() override {
    setenv("PATH", path_before.c_str(), 1);
  }

  void start(int process, const std::string& name, const std::string& program) {
    const std::string directory = "/proc/" + std::to_string(process);
    fake.write(directory + "/comm", name + "\n");
    fake.link(directory + "/exe", program);
  }
  // The prefixes of all that are found, each with its witness.
  void are(const char* expected) {
    std::string all;
    for (const Installation& one : installations(fake.node())) {
      all += (all.empty() ? "" : "; ") + one.prefix + (one.witness.empty() ? "" : ": " + one.witness);
    }
    STRCMP_EQUAL(expected, all.c_str());
  }
};

TEST(DoctorInstallation, NoneIsThere) {
  fake.write("/usr/bin/srun", "#!/bin/sh\n");
  are("");
}

TEST(DoctorInstallation, TheOneWhoseSlurmdRunsCounts) {
  fake.install_slurm("/usr", 38);
  fake.install_slurm("/opt/slurm-26.05", 45);
  start(77, "slurmd", "/opt/slurm-26.05/sbin/slurmd");
  are("/opt/slurm-26.05: its slurmd runs here; /usr: its srun is the first in PATH");
}

TEST(DoctorInstallation, ElseTheFirstInPathCounts) {
  fake.install_slurm("/usr", 38);
  fake.install_slurm("/opt/slurm/24.11", 42);
  setenv("PATH", "relative::/nowhere:/opt/slurm/24.11/bin:/usr/bin", 1);
  are("/opt/slurm/24.11: its srun is the first in PATH; /usr");
}

TEST(DoctorInstallation, NodesWithoutSrunHaveSlurmdInPath) {
  fake.install_slurm("/site/slurm", 42);
  std::filesystem::remove(fake.place_of("/site/slurm/bin/srun"));
  setenv("PATH", "/site/slurm/sbin", 1);
  are("/site/slurm: its slurmd is the first in PATH");
}

TEST(DoctorInstallation, LinksLeadToOneAndTheSame) {
  fake.install_slurm("/opt/slurm/24.11", 42);
  fake.link("/opt/slurm/current", "24.11");
  fake.link("/usr/bin/srun", "../../opt/slurm/current/bin/srun");
  are("/opt/slurm/24.11: its srun is the first in PATH");
  setenv("PATH", "/opt/slurm/current/bin", 1);
  start(77, "slurmd", "/opt/slurm/24.11/sbin/slurmd");
  are("/opt/slurm/24.11: its slurmd runs here");
}

TEST(DoctorInstallation, AScriptOfTheSitesIsNotSlurm) {
  fake.write("/usr/local/bin/srun", "#!/bin/sh\nexec /opt/slurm/bin/srun\n");
  fake.install_slurm("/opt/slurm", 42);
  setenv("PATH", "/usr/local/bin", 1);
  are("/opt/slurm");
}

TEST(DoctorInstallation, AControllersCountsWherePathHasNone) {
  fake.install_slurm("/usr", 38);
  fake.install_slurm("/site/slurm", 42);
  start(77, "slurmctld", "/site/slurm/sbin/slurmctld");
  are("/usr: its srun is the first in PATH; /site/slurm: its slurmctld runs here");
}

TEST(DoctorInstallation, UsualPlacesAreLookedAtLast) {
  fake.install_slurm("/opt/slurm-26.05", 45);
  fake.install_slurm("/opt/slurm/24.11", 42);
  fake.install_slurm("/usr/local", 40);
  setenv("PATH", "", 1);
  are("/usr/local; /opt/slurm-26.05; /opt/slurm/24.11");
}

TEST(DoctorInstallation, UsersKnowSlurmdByItsFirstWord) {
  fake.install_slurm("/site/slurm", 42);
  fake.write("/proc/77/comm", "slurmd\n");
  fake.write("/proc/77/cmdline", std::string("/site/slurm/sbin/slurmd\0-D\0", 27));
  are("/site/slurm: its slurmd runs here");
}

TEST(DoctorInstallation, AnUpgradedSlurmdIsStillWhereItWas) {
  fake.install_slurm("/site/slurm", 42);
  start(77, "slurmd", "/site/slurm/sbin/slurmd (deleted)");
  are("/site/slurm: its slurmd runs here");
}

TEST(DoctorInstallation, DebiansSlurmdHasALongerName) {
  fake.install_slurm("/usr", 38);
  start(77, "slurmd", "/usr/sbin/slurmd-wlm");
  are("/usr: its slurmd runs here");
}

TEST(DoctorInstallation, AProgramThatOnlyHasTheNameDoesNotCount) {
  fake.install_slurm("/home/user", 38);
  start(77, "slurmd", "/home/user/bin/passwd");
  are("");
}

TEST(DoctorInstallation, AnotherUsersProcessDoesNotCount) {
  if (geteuid() != 0) return;  // that takes root
  fake.install_slurm("/home/user", 38);
  start(77, "slurmd", "/home/user/sbin/slurmd");
  LONGS_EQUAL(0, chown(fake.place_of("/proc/77").c_str(), 65534, 65534));
  are("");
}

TEST(DoctorInstallation, LibrariesOfOlderReleasesStayBehind) {
  fake.install_slurm("/usr", 40);
  fake.write("/usr/lib/libslurm.so.38", "");
  fake.write("/usr/lib/libslurm.so.9", "");
  LONGS_EQUAL(40, installations(fake.node())[0].interface);
}

TEST(DoctorInstallation, DebiansFilesAreInDirectoriesOfTheArchitecture) {
  fake.write("/usr/lib/x86_64-linux-gnu/libslurm.so.38", "");
  fake.write("/usr/lib/x86_64-linux-gnu/slurm-wlm/proctrack_cgroup.so", "");
  const Installation found = installations(fake.node())[0];
  LONGS_EQUAL(38, found.interface);
  STRCMP_EQUAL("/usr/lib/x86_64-linux-gnu/slurm-wlm", list_of(found.plugin_directories).c_str());
}

TEST(DoctorInstallation, OnlyADirectoryWithSlurmsOwnPluginsIsOne) {
  fake.write("/usr/lib64/libslurm.so.38", "");
  fake.write("/usr/lib64/slurm/spank_slipway.so", "");
  LONGS_EQUAL(0, installations(fake.node())[0].plugin_directories.size());
}

TEST(DoctorInstallation, SlurmsLibraryKnowsWhereItsFileLies) {
  fake.install_slurm("/opt/slurm", 45);
  ElfText library;
  library.constants = std::string("/run/slurm/conf/slurm.conf\0x/slurm.conf\0/site/etc/slurm.conf\0", 61);
  fake.write("/opt/slurm/lib/libslurm.so.45", elf_file(library));
  fake.write("/opt/slurm/etc/slurm.conf", "");
  STRCMP_EQUAL("/site/etc/slurm.conf", usual_slurm_conf(fake.node(), installations(fake.node())[0]).c_str());
}

TEST(DoctorInstallation, WithoutItsLibraryTheFileLiesBelowThePrefixOrInEtc) {
  fake.install_slurm("/opt/slurm", 45);
  const Installation found = installations(fake.node())[0];
  STRCMP_EQUAL("/etc/slurm/slurm.conf", usual_slurm_conf(fake.node(), found).c_str());
  fake.write("/opt/slurm/etc/slurm.conf", "");
  STRCMP_EQUAL("/opt/slurm/etc/slurm.conf", usual_slurm_conf(fake.node(), found).c_str());
}

TEST(DoctorInstallation, SlurmConfIsThatOfTheInstallation) {
  fake.write("/etc/slurm/slurm.conf", "MpiDefault=other\n");
  fake.install_slurm("/opt/slurm", 45);
  fake.write("/opt/slurm/etc/slurm.conf", "MpiDefault=ours\n");
  STRCMP_EQUAL("ours", slurm_conf_of(fake.node(), installations(fake.node())).value("mpidefault").c_str());
  setenv("SLURM_CONF", "/etc/slurm/slurm.conf", 1);
  STRCMP_EQUAL("other", slurm_conf_of(fake.node(), installations(fake.node())).value("mpidefault").c_str());
  unsetenv("SLURM_CONF");
}

TEST(DoctorInstallation, WhereThereIsNoFileItsDirectoryIsKnown) {
  fake.install_slurm("/opt/slurm", 45);
  ElfText library;
  library.constants = std::string("/opt/slurm/etc/slurm.conf\0", 26);
  fake.write("/opt/slurm/lib/libslurm.so.45", elf_file(library));
  const SlurmConf conf = slurm_conf_of(fake.node(), installations(fake.node()));
  STRCMP_EQUAL("", conf.path.c_str());
  STRCMP_EQUAL("/opt/slurm/etc/", conf.directory().c_str());
}
