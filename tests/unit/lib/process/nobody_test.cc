// SPDX-License-Identifier: BSD-3-Clause

// Needs root, whose programs become nobody.
#include "lib/process/nobody.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(NobodysProgram) {
  bool root = geteuid() == 0;

  void setup() override {
    if (!root) printf("skipped: needs root\n");
  }
  static std::string output(const std::vector<std::string>& words, size_t most = 1 << 20) {
    NobodysProgram program(words);
    return program.output(most, 10000).value_or("(nothing)");
  }
  static std::string output_of_shell(const std::string& script) { return output({"/bin/sh", "-c", script}); }
};

TEST(NobodysProgram, IsNobodyThatRootOrAUserIs) {
  if (!root) return;
  STRCMP_EQUAL("uid=65533 gid=65533 groups=65533\n", output({"/usr/bin/id"}).c_str());
}

TEST(NobodysProgram, GainsNoRight) {
  if (!root) return;
  const std::string status = output_of_shell("grep -E '^(CapPrm|CapEff|CapInh|CapAmb|NoNewPrivs)' /proc/self/status");
  STRCMP_EQUAL(
      "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
      "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\n",
      status.c_str());
}

TEST(NobodysProgram, HasAnEmptyEnvironmentAndNoDescriptorOfOurs) {
  if (!root) return;
  setenv("LD_AUDIT_OF_A_TEST", "1", 1);
  STRCMP_EQUAL("", output({"/usr/bin/env"}).c_str());
  unsetenv("LD_AUDIT_OF_A_TEST");
  STRCMP_EQUAL("0\n1\n2\n3\n", output({"/bin/ls", "/proc/self/fd"}).c_str());  // 3 is what ls reads
}

TEST(NobodysProgram, WritesNoFile) {
  if (!root) return;
  TemporaryDirectory directory;
  chmod(directory.path().c_str(), 0777);
  STRCMP_EQUAL("(nothing)", output_of_shell("exec echo text > " + directory.path() + "/file").c_str());
  STRCMP_EQUAL("", (output_of_shell("test ! -s " + directory.path() + "/file")).c_str());
}

TEST(NobodysProgram, HasAHandfulOfMemory) {
  if (!root) return;
  STRCMP_EQUAL("524288\n", output_of_shell("ulimit -v").c_str());
}

TEST(NobodysProgram, NothingComesOfOneThatFails) {
  if (!root) return;
  STRCMP_EQUAL("(nothing)", output_of_shell("echo half; exit 1").c_str());
  STRCMP_EQUAL("(nothing)", output_of_shell("echo half; kill -KILL $$").c_str());
  STRCMP_EQUAL("(nothing)", output({"/not/installed"}).c_str());
  STRCMP_EQUAL("(nothing)", output({"/etc/passwd"}).c_str());
}

TEST(NobodysProgram, NothingComesOfOneThatWritesTooMuch) {
  if (!root) return;
  STRCMP_EQUAL("12345", output({"/usr/bin/printf", "12345"}, 5).c_str());
  STRCMP_EQUAL("(nothing)", output({"/usr/bin/printf", "123456"}, 5).c_str());
  STRCMP_EQUAL("(nothing)", output({"/usr/bin/yes"}).c_str());  // and it ends
}

TEST(NobodysProgram, MuchIsReadToItsEnd) {
  if (!root) return;
  LONGS_EQUAL(500000, output({"/usr/bin/head", "-c", "500000", "/dev/zero"}).size());
}

TEST(NobodysProgram, EndsWithItsObject) {
  if (!root) return;
  { NobodysProgram program({"/bin/sleep", "1000"}); }  // else this test does not end
}

TEST(NobodysProgram, OneThatTakesTooLongIsKilled) {
  if (!root) return;
  NobodysProgram program({"/bin/sleep", "1000"});
  CHECK(!program.output(10, 50));
  LONGS_EQUAL(-1, waitpid(-1, nullptr, WNOHANG));  // no child is left
}
