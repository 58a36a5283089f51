// SPDX-License-Identifier: BSD-3-Clause
#include <elf.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "cli/doctor/suggestion.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/fake_node.h"
#include "tests/unit/topology_xml.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using namespace slipway::doctor;

TEST_GROUP(DoctorSite) {
  FakeNode fake;

  void setup() override {
    slurm_conf("");
    plugstack("required spank_slipway.so");
  }

  void is(Status status, const char* text, Finding (*look)(const Site&)) {
    const Finding finding = fake.answer_of(look);
    const std::string all = finding.found + ": " + finding.means + "; " + finding.remedy;
    STRCMP_CONTAINS(text, all.c_str());
    STRCMP_EQUAL(word_of(status), word_of(finding.status));
  }
  void slurm_conf(const std::string& text) { fake.write("/etc/slurm/slurm.conf", text + "\n"); }
  bool make_gpu(const std::string& path) {
    fake.write(path, "");
    std::filesystem::remove(fake.place_of(path));
    return mknod(fake.place_of(path).c_str(), S_IFCHR | 0666, makedev(195, 0)) == 0;
  }
  void plugstack(const std::string& text) { fake.write("/etc/slurm/plugstack.conf", text + "\n"); }
  // What the file of a plugin is judged by: an object of this machine's kind, which names its enter.
  static std::string object(const std::string& enter) {
    std::ifstream self("/proc/self/exe", std::ios::binary);
    std::string header(sizeof(Elf64_Ehdr), '\0');
    self.read(header.data(), header.size());
    return header + '\0' + enter + '\0';
  }
  // Files of a test that is not root's are not root's.
  static bool is_root() { return geteuid() == 0; }
};

TEST(DoctorSite, SlurmsFilesAreNeeded) {
  is(Status::kOk, "/etc/slurm/slurm.conf", look_at_slurm_conf);
  slurm_conf("Include more.conf");
  is(Status::kMissing, "no /etc/slurm/more.conf", look_at_slurm_conf);
  std::filesystem::remove(fake.place_of("/etc/slurm/slurm.conf"));
  is(Status::kMissing, "name it in SLURM_CONF", look_at_slurm_conf);
}

TEST(DoctorSite, SlurmsReleaseIsThatOfItsLibrary) {
  is(Status::kUnknown, "no Slurm is in PATH", look_at_slurm_release);
  fake.write("/usr/lib64/slurm/proctrack_cgroup.so", "");
  is(Status::kUnknown, "a Slurm without libslurm.so below /usr", look_at_slurm_release);
  fake.write("/usr/lib64/libslurm.so.38.0.0", "");
  fake.write("/usr/lib64/libslurm.so.38", "");
  is(Status::kOk, "release 22.05 below /usr: ", look_at_slurm_release);
  std::filesystem::remove_all(fake.place_of("/usr/lib64"));
  fake.write("/usr/lib/x86_64-linux-gnu/libslurm.so.99", "");
  is(Status::kMissing, "libslurm.so.99 below /usr: Slipway does not know this release", look_at_slurm_release);
}

TEST(DoctorSite, AReleaseIsTriedOrOnlyKnown) {
  fake.write("/usr/lib64/libslurm.so.45", "");
  is(Status::kOk, "release 26.05 below /usr: Slipway knows this release, and was tried on it",
     look_at_slurm_release);
  std::filesystem::remove_all(fake.place_of("/usr/lib64"));
  fake.write("/usr/lib64/libslurm.so.43", "");
  is(Status::kOk, "release 25.05 below /usr: Slipway knows this release, but nobody has tried it there",
     look_at_slurm_release);
}

TEST(DoctorSite, OfSeveralSlurmsOneCounts) {
  fake.install_slurm("/opt/slurm-26.05", 45);
  fake.install_slurm("/opt/slurm-24.11", 42);
  is(Status::kUnknown,
     "release 24.11 below /opt/slurm-24.11; also here: release 26.05 below /opt/slurm-26.05: which of them counts",
     look_at_slurm_release);
  fake.write("/proc/77/comm", "slurmd");
  fake.link("/proc/77/exe", "/opt/slurm-26.05/sbin/slurmd");
  is(Status::kOk,
     "release 26.05 below /opt/slurm-26.05, which counts: its slurmd runs here; also here: release 24.11 below "
     "/opt/slurm-24.11: ",
     look_at_slurm_release);
}

TEST(DoctorSite, FilesAreLookedForInTheSlurmThatCounts) {
  std::filesystem::remove_all(fake.place_of("/etc/slurm"));
  fake.install_slurm("/opt/slurm", 45);
  fake.write("/opt/slurm/etc/slurm.conf", "");
  fake.write("/opt/slurm/lib/slurm/mpi_pmi2.so", "");
  fake.write("/usr/lib64/slurm/proctrack_cgroup.so", "");
  fake.write("/usr/lib64/slurm/mpi_none.so", "");
  fake.write("/proc/77/comm", "slurmd");
  fake.link("/proc/77/exe", "/opt/slurm/sbin/slurmd");
  is(Status::kOk, "/opt/slurm/etc/slurm.conf", look_at_slurm_conf);
  is(Status::kMissing, "no /opt/slurm/etc/plugstack.conf", look_at_plugin_line);
  is(Status::kWarning, "pmi2; no pmix", look_at_mpi_plugins);
  fake.write("/opt/slurm/etc/oci.conf", "");
  is(Status::kMissing, "/opt/slurm/etc/oci.conf is there", look_at_oci_conf);
}

TEST(DoctorSite, TheLineMustBeThereAndRequired) {
  is(Status::kOk, "a line in /etc/slurm/plugstack.conf", look_at_plugin_line);
  is(Status::kOk, "required", look_at_requirement);
  plugstack("optional spank_slipway.so");
  is(Status::kMissing, "says optional", look_at_requirement);
  plugstack("required other.so");
  is(Status::kMissing, "no line of Slipway's", look_at_plugin_line);
  is(Status::kUnknown, "nothing to look at", look_at_requirement);
  std::filesystem::remove(fake.place_of("/etc/slurm/plugstack.conf"));
  is(Status::kMissing, "no /etc/slurm/plugstack.conf", look_at_plugin_line);
}

TEST(DoctorSite, WithoutSlurmNothingIsSaidOfTheLine) {
  std::filesystem::remove_all(fake.place_of("/etc/slurm"));
  is(Status::kUnknown, "no slurm.conf", look_at_plugin_line);
}

TEST(DoctorSite, ThePluginLiesInSlurmsDirectory) {
  is(Status::kUnknown, "plugin directory was not found", look_at_plugin);
  fake.write("/usr/lib64/slurm/proctrack_cgroup.so", "");
  is(Status::kMissing, "no spank_slipway.so in /usr/lib64/slurm", look_at_plugin);
  slurm_conf("PluginDir=/opt/a:/opt/b");
  is(Status::kMissing, "in /opt/a, /opt/b", look_at_plugin);
  plugstack("required /no/spank_slipway.so");
  is(Status::kMissing, "no /no/spank_slipway.so", look_at_plugin);
}

TEST(DoctorSite, ThePluginIsOfThisRelease) {
  if (!is_root()) return;
  slurm_conf("PluginDir=/opt/a:/opt/b");
  fake.write("/opt/b/spank_slipway.so", object(LIBEXECDIR "/slipway-enter"));
  is(Status::kOk, "/opt/b/spank_slipway.so, of release", look_at_plugin);
  fake.write("/opt/b/spank_slipway.so", object("/usr/libexec/slipway/0.0.9/slipway-enter"));
  is(Status::kMissing, "it looks for /usr/libexec/slipway/0.0.9/slipway-enter", look_at_plugin);
  fake.write("/opt/b/spank_slipway.so", "#!/bin/sh\n/slipway-enter");
  is(Status::kMissing, "not Slipway's plugin for this machine", look_at_plugin);
  std::string foreign = object(LIBEXECDIR "/slipway-enter");
  foreign[offsetof(Elf64_Ehdr, e_machine)] ^= 1;
  fake.write("/opt/b/spank_slipway.so", foreign);
  is(Status::kMissing, "not Slipway's plugin for this machine", look_at_plugin);
  fake.write("/opt/b/spank_slipway.so", object(LIBEXECDIR "/slipway-enter"), 0666);
  is(Status::kMissing, "can be written by others than root", look_at_plugin);
}

TEST(DoctorSite, HelpersAreThere) {
  is(Status::kMissing, "no " LIBEXECDIR "/slipway-stage", look_at_helpers);
  if (!is_root()) return;
  fake.write(LIBEXECDIR "/slipway-stage", "", 0755);
  is(Status::kMissing, "no " LIBEXECDIR "/slipway-enter", look_at_helpers);
  fake.write(LIBEXECDIR "/slipway-enter", "", 0700);
  is(Status::kMissing, "cannot be executed by users", look_at_helpers);
  fake.write(LIBEXECDIR "/slipway-enter", "", 0777);
  is(Status::kMissing, "can be written by others", look_at_helpers);
  fake.write(LIBEXECDIR "/slipway-enter", "", 0755);
  is(Status::kMissing, "no directory " WORKDIR, look_at_helpers);
  fake.make_directory(WORKDIR);
  is(Status::kOk, "those of release", look_at_helpers);
}

TEST(DoctorSite, SettingsThatCannotBeObeyedAreTold) {
  is(Status::kOk, "the defaults", look_at_settings);
  plugstack("required spank_slipway.so trusted_paht=/x");
  is(Status::kMissing, "unknown key trusted_paht", look_at_settings);
  plugstack("required spank_slipway.so config=/etc/slipway.conf");
  is(Status::kMissing, "cannot be read", look_at_settings);
  if (!is_root()) return;
  fake.write("/etc/slipway.conf", "# text\nwritable=memory\n");
  is(Status::kOk, "writable=memory", look_at_settings);
}

TEST(DoctorSite, AKeyOnALineOfItsOwnIsNotInForce) {
  is(Status::kOk, "none in plugstack.conf", look_at_stray_keys);
  plugstack("include conf.d/*.conf\nrequired other.so writable=none");
  fake.write("/etc/slurm/conf.d/a.conf", "required spank_slipway.so fuse=no\n#unshare=none\nwritable=none # ours\n");
  is(Status::kMissing,
     "writable=none in /etc/slurm/conf.d/a.conf line 3 is no line of Slurm's, which ignores it: this policy is not in "
     "force; put it behind the plugin's path or into the file of config=",
     look_at_stray_keys);
  plugstack("include conf.d/*.conf\nconfig=/etc/slurm/slipway.conf\ncolour=blue");
  is(Status::kMissing,
     "writable=none in /etc/slurm/conf.d/a.conf line 3, config=/etc/slurm/slipway.conf in /etc/slurm/plugstack.conf "
     "line 2 are no lines of Slurm's, which ignores them",
     look_at_stray_keys);
}

TEST(DoctorSite, AFileOfKeysIsNotForSlurmToInclude) {
  plugstack("include conf.d/*\nrequired spank_slipway.so config=/etc/slurm/conf.d/slipway.conf");
  fake.write("/etc/slurm/conf.d/slipway.conf", "writable=none\n");
  is(Status::kWarning,
     "/etc/slurm/conf.d/slipway.conf, which config= names, is included in plugstack.conf, too: its keys are in force",
     look_at_stray_keys);
}

TEST(DoctorSite, TablesOfTheSiteAreRead) {
  const std::string path = fake.place_of("/table");
  plugstack("required spank_slipway.so devices=" + path);
  is(Status::kMissing, "cannot be read", look_at_tables);
}

TEST(DoctorSite, PyxisSharesItsOptions) {
  is(Status::kOk, "not in plugstack.conf", look_at_pyxis);
  plugstack("required spank_pyxis.so\nrequired spank_slipway.so");
  is(Status::kWarning, "set options=native", look_at_pyxis);
  plugstack("required spank_pyxis.so\nrequired spank_slipway.so options=native");
  is(Status::kOk, "stay its own", look_at_pyxis);
}

TEST(DoctorSite, SlurmsOwnContainersAreInTheWay) {
  is(Status::kOk, "none", look_at_oci_conf);
  fake.write("/etc/slurm/oci.conf", "");
  is(Status::kMissing, "/etc/slurm/oci.conf is there", look_at_oci_conf);
}

TEST(DoctorSite, FromSlurm2611OnTheyNeedTheRuntimeOnly) {
  fake.write("/etc/slurm/oci.conf", "");
  fake.install_slurm("/opt/slurm", 46);
  is(Status::kMissing, "install runtime_slipway.so", look_at_oci_conf);
  fake.write("/opt/slurm/lib/slurm/runtime_slipway.so", "");
  is(Status::kOk, "/etc/slurm/oci.conf and /opt/slurm/lib/slurm/runtime_slipway.so", look_at_oci_conf);
}

TEST(DoctorSite, JobsMayHaveAMountNamespaceOfTheirOwn) {
  is(Status::kOk, "neither NamespaceType nor JobContainerType: containers show the node's /tmp", look_at_job_container);
  slurm_conf("JobContainerType=job_container/tmpfs");
  is(Status::kOk, "JobContainerType=job_container/tmpfs: containers show what jobs have", look_at_job_container);
  slurm_conf("NamespaceType=namespace/tmpfs\nJobContainerType=job_container/none");
  is(Status::kOk, "NamespaceType=namespace/tmpfs: containers show what jobs have", look_at_job_container);
  slurm_conf("JobContainerType=job_container/none");
  is(Status::kOk, "JobContainerType=job_container/none: containers show the node's /tmp", look_at_job_container);
}

TEST(DoctorSite, JobsMayHaveAPidNamespaceOfTheirOwn) {
  slurm_conf("NamespaceType=namespace/linux");
  fake.write("/etc/slurm/namespace.yaml",
             "defaults:\n  clone_ns_flags: CLONE_NEWNS,CLONE_NEWPID  # not CLONE_NEWUSER\n");
  is(Status::kOk, "NamespaceType=namespace/linux: containers show what jobs have", look_at_job_container);
}

TEST(DoctorSite, JobsWithAUserNamespaceOfTheirOwnGetNoContainer) {
  fake.write("/etc/slurm/namespace.yaml", "defaults:\n  clone_ns_flags:\n    - clone_newuser\n");
  for (const char* types : {"namespace/linux", "tmpfs,linux", "namespace/tmpfs,namespace/linux"}) {
    slurm_conf(std::string("NamespaceType=") + types);
    is(Status::kMissing, "/etc/slurm/namespace.yaml has CLONE_NEWUSER", look_at_job_container);
  }
  slurm_conf("NamespaceType=namespace/tmpfs");
  is(Status::kOk, "what jobs have", look_at_job_container);
}

TEST(DoctorSite, UserNamespacesMayBeForOtherNodes) {
  slurm_conf("NamespaceType=namespace/linux");
  fake.write("/etc/slurm/namespace.yaml",
             "node_confs:\n  - nodes: [n2]\n    options:\n      clone_ns_flags: CLONE_NEWUSER\n");
  is(Status::kWarning, "/etc/slurm/namespace.yaml has CLONE_NEWUSER", look_at_job_container);
}

TEST(DoctorSite, WhatNamespacesJobsHaveMayBeSecret) {
  if (is_root()) return;  // from whom nothing is
  slurm_conf("NamespaceType=namespace/linux");
  fake.write("/etc/slurm/namespace.yaml", "", 0);
  is(Status::kUnknown, "/etc/slurm/namespace.yaml cannot be read by this user", look_at_job_container);
}

TEST(DoctorSite, SlurmsOtherSettingsAreTold) {
  is(Status::kOk, "does not set ProctrackType", look_at_proctrack);
  is(Status::kOk, "not in SlurmdParameters", look_at_contain_spank);
  is(Status::kOk, "not in LaunchParameters", look_at_test_exec);
  is(Status::kOk, "does not set PrologFlags", look_at_prolog_flags);
  slurm_conf("ProctrackType=proctrack/pgid\nSlurmdParameters=contain_spank\nLaunchParameters=test_exec\n"
             "PrologFlags=Contain,X11");
  is(Status::kWarning, "makes a process group of its own", look_at_proctrack);
  is(Status::kOk, "in SlurmdParameters", look_at_contain_spank);
  is(Status::kWarning, "in LaunchParameters", look_at_test_exec);
  is(Status::kOk, "PrologFlags=Contain,X11", look_at_prolog_flags);
  slurm_conf("ProctrackType=proctrack/linuxproc");
  is(Status::kWarning, "whose parent has ended", look_at_proctrack);
  slurm_conf("ProctrackType=proctrack/cgroup");
  is(Status::kOk, "takes its processes", look_at_proctrack);
}

TEST(DoctorSite, MungesSocketIsWhereSlurmLooksForIt) {
  is(Status::kWarning, "no socket /run/munge/munge.socket.2", look_at_munge);
  slurm_conf("AuthInfo=ttl=5,socket=/m,x=y");
  is(Status::kWarning, "no socket /m:", look_at_munge);
  const int socket_fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{AF_UNIX, ""};
  strncpy(address.sun_path, fake.place_of("/m").c_str(), sizeof address.sun_path - 1);
  LONGS_EQUAL(0, bind(socket_fd, reinterpret_cast<sockaddr*>(&address), sizeof address));
  close(socket_fd);
  is(Status::kOk, "/m", look_at_munge);
  slurm_conf("AuthType=auth/slurm");
  is(Status::kOk, "AuthType=auth/slurm", look_at_munge);
}

TEST(DoctorSite, MpiPluginsAreSlurms) {
  is(Status::kUnknown, "plugin directory was not found", look_at_mpi_plugins);
  slurm_conf("PluginDir=/p\nMpiDefault=pmix");
  fake.write("/p/mpi_none.so", "");
  is(Status::kWarning, "none; neither pmix nor pmi2", look_at_mpi_plugins);
  is(Status::kMissing, "no mpi_pmix.so", look_at_mpi_default);
  fake.write("/p/mpi_pmix.so", "");
  is(Status::kWarning, "no pmi2", look_at_mpi_plugins);
  is(Status::kOk, "MpiDefault=pmix", look_at_mpi_default);
  fake.write("/p/mpi_pmi2.so", "");
  is(Status::kOk, "none, pmi2, pmix", look_at_mpi_plugins);
  slurm_conf("PluginDir=/p\nMpiDefault=none");
  is(Status::kOk, "MpiDefault=none", look_at_mpi_default);
}

TEST(DoctorSite, PmixIsFoundByItsVersion) {
  is(Status::kOk, "none where libraries usually are", look_at_pmix);
  slurm_conf("PluginDir=/p");
  fake.write("/p/mpi_pmix_v4.so", "");
  is(Status::kUnknown, "whether Slurm's mpi_pmix.so finds its library", look_at_pmix);
  fake.write("/usr/lib64/libpmix.so.2", "no object");
  is(Status::kOk, "/usr/lib64/libpmix.so.2", look_at_pmix);
}

TEST(DoctorSite, PmixIsWhereSlurmsPluginLooksForIt) {
  slurm_conf("PluginDir=/p");
  ElfText plugin;
  plugin.runpath = "/site/pmix/5/lib";
  fake.write("/p/mpi_pmix_v5.so", elf_file(plugin));
  fake.write("/site/pmix/5/lib/libpmix.so.2", "no object");
  is(Status::kOk, "/site/pmix/5/lib/libpmix.so.2", look_at_pmix);
}

TEST(DoctorSite, GpusAndCdiAreReported) {
  is(Status::kOk, "none", look_at_gpus);
  is(Status::kOk, "no specs in /etc/cdi", look_at_cdi);
  fake.write("/dev/nvidia0", "");
  fake.write("/dev/nvidiactl", "");
  fake.write("/dev/dri/renderD128", "");
  fake.write("/proc/driver/nvidia/version", "NVRM version: 550.54\nGCC version\n");
  is(Status::kWarning, "/dev/nvidiactl, /dev/nvidia0, /dev/dri/renderD128; NVRM version: 550.54: Slurm grants nobody",
     look_at_gpus);
  slurm_conf("GresTypes=craynetwork,gpu");
  is(Status::kOk, "a step has those that Slurm grants it", look_at_gpus);
  fake.write("/etc/cdi/nvidia.yaml", "");
  is(Status::kWarning, LIBEXECDIR "/slipway-cdi", look_at_cdi);
}

TEST(DoctorSite, ATopologyIsForNodesWithGpusToOrder) {
  is(Status::kOk, "not needed", look_at_topology);
  if (!make_gpu("/dev/nvidia0") || !make_gpu("/dev/nvidia1")) return;  // that takes root
  is(Status::kWarning, "no " LIBEXECDIR "/slipway-topology", look_at_topology);
  fake.write(LIBEXECDIR "/slipway-topology", "");
  is(Status::kOk, "topology= saves it", look_at_topology);
  plugstack("required spank_slipway.so topology=/etc/node.xml");
  is(Status::kWarning, "topology=/etc/node.xml is not there", look_at_topology);
  fake.write("/etc/node.xml", "no topology");
#ifndef WITH_HWLOC
  is(Status::kWarning, "this slipway was built without hwloc", look_at_topology);
#else
  is(Status::kWarning, "is no topology that this hwloc reads", look_at_topology);
  fake.write("/etc/node.xml", amd_machine());
  is(Status::kOk, "it has this node's GPUs", look_at_topology);
  // Once the driver says where they are.
  fake.write("/proc/driver/nvidia/gpus/0000:34:00.0/information", "Device Minor: \t 1\n");
  is(Status::kWarning, "does not have 0000:34:00.0: it is another node's", look_at_topology);
#endif
}

TEST(DoctorSite, AutomountersOfUsersAreTold) {
  fake.mount("/proc/sys/fs/binfmt_misc", "autofs");
  is(Status::kOk, "none", look_at_automounts);
  fake.mount("/home", "autofs");
  is(Status::kOk, "/home: ", look_at_automounts);
}

TEST(DoctorSite, SharedFileSystemsAreShownOrNot) {
  fake.mount("/usr", "nfs");
  fake.mount("/scratch2", "ext4");
  is(Status::kOk, "none mounted", look_at_shared_file_systems);
  fake.mount("/scratch", "lustre");
  fake.mount("/proj", "nfs4");
  is(Status::kWarning, "/scratch (lustre), /proj (nfs)", look_at_shared_file_systems);
  is(Status::kWarning, "mounts=auto:lustre,nfs", look_at_shared_file_systems);
  plugstack("required spank_slipway.so mounts=auto:lustre mounts=/proj:/p");
  is(Status::kOk, "mounts= shows them", look_at_shared_file_systems);
}

TEST(DoctorSite, OnlyWhatTheAdminMustDecideIsACommentInTheSuggestion) {
  fake.mount("/scratch", "lustre");
  fake.mount("/sw", "nfs4", "ro,vers=4.2");
  fake.mount("/home", "autofs");
  fake.link("/usr/bin/squashfuse_ll", "/bin/true");
  plugstack("required spank_pyxis.so\nrequired spank_slipway.so fuse_program=/no/such");
  const std::string text = suggestion_for(fake.site());
  for (const char* line : {"lustre at /scratch; nfs at /sw.", "\nmounts=auto:lustre,nfs\n", "\n#trusted_path=/sw\n",
                           "\n#mount_home=user\n", "\nfuse_program=/usr/bin/squashfuse_ll\n", "\noptions=native\n"}) {
    STRCMP_CONTAINS(line, text.c_str());
  }
  CHECK(text.find("trusted_path=/scratch") == text.npos);
}

TEST(DoctorSite, WhereNothingIsFoundNothingIsSuggested) {
  const std::string text = suggestion_for(fake.site());
  CHECK(text.find("\nmounts=") == text.npos && text.find("trusted_path") == text.npos);
  CHECK(text.find("options=") == text.npos && text.find("fuse_program=") == text.npos);
}

TEST(DoctorSite, TheSitesImageIsThereAndAllowed) {
  is(Status::kOk, "none: steps that name no image run on the host", look_at_default_image);
  plugstack("required spank_slipway.so default_image=/images/site partition:debug.force_image=/images/site");
  is(Status::kMissing, "no such image on this node", look_at_default_image);
  is(Status::kMissing, "/etc/slurm/plugstack.conf line 1): every step of a user's fails", look_at_force_image);
  fake.make_directory("/images/site/bin");
  is(Status::kOk, "/images/site (/etc/slurm/plugstack.conf line 1), shown as a directory", look_at_default_image);
  is(Status::kOk, "shown as a directory", look_at_force_image);
  chmod(fake.place_of("/images/site").c_str(), 0750);
  is(Status::kMissing, "cannot be read by everybody", look_at_default_image);
  chmod(fake.place_of("/images/site").c_str(), 0755);
  plugstack("required spank_slipway.so default_image=/images/site image_format=sif");
  is(Status::kMissing, "is not allowed: the image is a directory (image_format=sif in ", look_at_default_image);
}

TEST(DoctorSite, TheWorstOfTheSitesImagesIsTold) {
  fake.make_directory("/images/site/bin");
  plugstack(
      "required spank_slipway.so default_image=/images/site account:a.default_image=/nowhere "
      "group:b.default_image=none");
  is(Status::kMissing, "/nowhere: no such image", look_at_default_image);
}

TEST(DoctorSite, KeysForAccountsAreWorthWhatSlurmsCheckOfThemIs) {
  is(Status::kOk, "no key depends on", look_at_scopes);
  plugstack("required spank_slipway.so partition:debug.writable=none group:a.writable=all");
  is(Status::kOk, "no key depends on", look_at_scopes);
  plugstack("required spank_slipway.so account:physics.writable=none");
  is(Status::kWarning, "a user who names another account avoids them", look_at_scopes);
  plugstack("required spank_slipway.so writable=none partition:debug.writable=all account:physics.gpu=no");
  is(Status::kWarning, "partition:debug.writable=all would let users have more, and slurm.conf has no "
     "AccountingStorageEnforce=associations: they do not count", look_at_scopes);
  slurm_conf("AccountingStorageEnforce=nojobs");
  is(Status::kWarning, "they do not count", look_at_scopes);
  for (const char* enforced : {"associations", "Limits", "qos,nosteps", "safe", "all", "wckeys"}) {
    slurm_conf(std::string("AccountingStorageEnforce=") + enforced);
    is(Status::kOk, "count", look_at_scopes);
  }
}

TEST(DoctorSite, WhatSignaturesAreVerifiedWithIsThere) {
  is(Status::kOk, "not demanded", look_at_signatures);
  plugstack("required spank_slipway.so partition:debug.require_signature=any");
  is(Status::kMissing, "no keyring=: no image is allowed where require_signature= is set", look_at_signatures);
  plugstack("required spank_slipway.so require_signature=any keyring=/etc/slurm/site.gpg");
  is(Status::kMissing, "keyring=/etc/slurm/site.gpg (/etc/slurm/plugstack.conf line 1) is not there", look_at_signatures);
  fake.link("/etc/slurm/site.gpg", "/bin/true");
  is(Status::kMissing, "no " LIBEXECDIR "/slipway-verify", look_at_signatures);
  fake.link(LIBEXECDIR "/slipway-verify", "/bin/true");
  is(Status::kOk, "demanded, and the keyrings and slipway-verify are there", look_at_signatures);
  fake.write("/etc/slurm/other.gpg", "", 0666);
  plugstack("required spank_slipway.so require_signature=no keyring=/etc/slurm/other.gpg");
  is(Status::kMissing, "can be written by others than root", look_at_signatures);
}
