// SPDX-License-Identifier: BSD-3-Clause
#include <sys/stat.h>

#include "tests/unit/fake_node.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using namespace slipway::doctor;

TEST_GROUP(DoctorNode) {
  FakeNode fake;
};

TEST(DoctorNode, ReadsBelowItsRoot) {
  fake.write("/proc/sys/some", " 5 \n");
  STRCMP_EQUAL("5", fake.node().word("/proc/sys/some").c_str());
  STRCMP_EQUAL(" 5 \n", fake.node().text("/proc/sys/some").c_str());
  STRCMP_EQUAL("", fake.node().text("/proc/sys/other").c_str());
  CHECK(fake.node().exists("/proc/sys"));
  CHECK(!fake.node().exists("/etc/passwd"));
}

TEST(DoctorNode, DoesNotWaitForAFifosWriter) {
  LONGS_EQUAL(0, mkfifo(fake.place_of("/fifo").c_str(), 0600));
  STRCMP_EQUAL("", fake.node().text("/fifo").c_str());
}

TEST(DoctorNode, NamesWhatFitsAsTheNodeDoes) {
  fake.write("/dev/b", "");
  fake.write("/dev/a", "");
  STRCMP_EQUAL("/dev/a, /dev/b", list_of(fake.node().matching("/dev/*")).c_str());
  STRCMP_EQUAL("", list_of(fake.node().matching("/dev/x*")).c_str());
}

TEST(DoctorNode, LongListsAreCut) {
  STRCMP_EQUAL("a, b and 2 more", list_of({"a", "b", "c", "d"}, 2).c_str());
}

TEST(DoctorNode, SlurmsFileIsFoundWhereSlurmFindsIt) {
  unsetenv("SLURM_CONF");
  const auto found = [&] { return path_of_slurm_conf(fake.node(), "/site/slurm.conf"); };
  STRCMP_EQUAL("", found().c_str());
  fake.write("/run/slurm/conf/slurm.conf", "");
  STRCMP_EQUAL("/run/slurm/conf/slurm.conf", found().c_str());
  fake.write("/site/slurm.conf", "");
  STRCMP_EQUAL("/site/slurm.conf", found().c_str());
  setenv("SLURM_CONF", "/opt/slurm.conf", 1);
  STRCMP_EQUAL("/opt/slurm.conf", found().c_str());
  unsetenv("SLURM_CONF");
}

TEST(DoctorNode, SlurmsKeysAreReadAsSlurmReadsThem) {
  fake.write("/etc/slurm/slurm.conf",
             "# MpiDefault=pmix\nmpidefault = pmi2 # a comment\nAuthInfo=\"socket=/a b\" PluginDir=/p\n"
             "SlurmdParameters=config_overrides,\\\nContain_Spank\nNoValue\nInclude more.conf\n");
  fake.write("/etc/slurm/more.conf", "ProctrackType=proctrack/cgroup\ninclude /etc/other.conf\n");
  fake.write("/etc/other.conf", "PrologFlags=Contain");
  const SlurmConf conf = read_slurm_conf(fake.node(), "/etc/slurm/slurm.conf");
  STRCMP_EQUAL("pmi2", conf.value("mpidefault").c_str());
  STRCMP_EQUAL("socket=/a b", conf.value("authinfo").c_str());
  STRCMP_EQUAL("/p", conf.value("plugindir").c_str());
  STRCMP_EQUAL("proctrack/cgroup", conf.value("proctracktype").c_str());
  STRCMP_EQUAL("Contain", conf.value("prologflags").c_str());
  STRCMP_EQUAL("", conf.value("novalue").c_str());
  CHECK(!conf.has("slurmdparameters", "spank"));
  CHECK(conf.unreadable.empty());
}

TEST(DoctorNode, ListsOfSlurmsAreSearchedByWholeWords) {
  fake.write("/etc/slurm/slurm.conf", "LaunchParameters=a,Test_Exec,b");
  const SlurmConf conf = read_slurm_conf(fake.node(), "/etc/slurm/slurm.conf");
  CHECK(conf.has("launchparameters", "test_exec"));
  CHECK(!conf.has("launchparameters", "test"));
  CHECK(!conf.has("other", "test_exec"));
}

TEST(DoctorNode, FilesOfSlurmsThatAreNotThereAreNamed) {
  fake.write("/etc/slurm/slurm.conf", "Include more.conf\n");
  STRCMP_EQUAL("/etc/slurm/more.conf",
               list_of(read_slurm_conf(fake.node(), "/etc/slurm/slurm.conf").unreadable).c_str());
}

TEST(DoctorNode, FilesThatIncludeThemselvesEnd) {
  fake.write("/etc/slurm/slurm.conf", "Include slurm.conf\nMpiDefault=x\n");
  STRCMP_EQUAL("x", read_slurm_conf(fake.node(), "/etc/slurm/slurm.conf").value("mpidefault").c_str());
}

TEST(DoctorNode, ThePluginsLineIsFoundInWhatIsIncluded) {
  fake.write("/etc/slurm/plugstack.conf", "# spank_slipway.so\ninclude conf.d/*.conf\n");
  fake.write("/etc/slurm/conf.d/a.conf", "required other.so x\n");
  fake.write("/etc/slurm/conf.d/b.conf", "optional /lib/spank_slipway.so allow_root=yes # ours\n");
  const auto line = plugin_line(fake.node(), "/etc/slurm/plugstack.conf");
  CHECK(line.has_value());
  STRCMP_EQUAL("/etc/slurm/conf.d/b.conf", line->file.c_str());
  STRCMP_EQUAL("optional", line->requirement.c_str());
  STRCMP_EQUAL("/lib/spank_slipway.so", line->plugin.c_str());
  STRCMP_EQUAL("allow_root=yes", list_of(line->words).c_str());
  CHECK(!plugin_line(fake.node(), "/etc/slurm/plugstack.conf", "spank_pyxis.so"));
}

TEST(DoctorNode, LinesOfPlugstackComeInSlurmsOrder) {
  fake.write("/etc/slurm/plugstack.conf", "\n  required a.so x # text\ninclude *.d/*\nlast\n");
  fake.write("/etc/slurm/a.d/1", "writable=none\ninclude\n");
  const auto lines = lines_of_plugstack(fake.node(), "/etc/slurm/plugstack.conf");
  LONGS_EQUAL(3, lines.size());
  STRCMP_EQUAL("required, a.so, x", list_of(lines[0].words).c_str());
  STRCMP_EQUAL("/etc/slurm/plugstack.conf line 2", lines[0].place.c_str());
  STRCMP_EQUAL("writable=none", list_of(lines[1].words).c_str());
  STRCMP_EQUAL("/etc/slurm/a.d/1 line 1", lines[1].place.c_str());
  STRCMP_EQUAL("/etc/slurm/a.d/1", lines[1].file.c_str());
  STRCMP_EQUAL("/etc/slurm/plugstack.conf line 4", lines[2].place.c_str());
}

TEST(DoctorNode, PlugstackConfLiesWhereSlurmSays) {
  SlurmConf conf;
  STRCMP_EQUAL("/etc/slurm/plugstack.conf", path_of_plugstack_conf(conf).c_str());
  conf.path = "/opt/etc/slurm.conf";
  STRCMP_EQUAL("/opt/etc/plugstack.conf", path_of_plugstack_conf(conf).c_str());
  conf.values["plugstackconfig"] = "/a/b.conf";
  STRCMP_EQUAL("/a/b.conf", path_of_plugstack_conf(conf).c_str());
}
