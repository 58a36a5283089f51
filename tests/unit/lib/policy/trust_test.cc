// SPDX-License-Identifier: BSD-3-Clause

// What judge_image says of files in a directory that only root can write. Needs root: it makes files of other owners.
#include "lib/kernel/opened_file.h"
#include "lib/policy/trust.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include <CppUTest/TestHarness.h>

#include "lib/base/fd.h"

using namespace slipway;

TEST_GROUP(Trust) {
  // Not the usual place for temporary files, which everybody may write.
  std::string directory = "/var/lib/slipway-unit-test";
  std::string file = directory + "/image.sif";
  bool root = geteuid() == 0;

  void setup() override {
    if (!root) {
      printf("skipped: needs root\n");
      return;
    }
    std::filesystem::create_directory(directory);
    chmod(directory.c_str(), 0755);
    Fd(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    chmod(file.c_str(), 0644);
  }
  void teardown() override {
    if (root) std::filesystem::remove_all(directory);
  }
  Verdict judge(const std::vector<std::string>& trusted_paths = {}) {
    const Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
    return judge_image(fd.get(), trusted_paths);
  }
};

TEST(Trust, ADirectorysNameReachesNoTerminalAsItIs) {
  if (!root) return;
  const std::string odd = directory + "/a\x1b[31m\nb";
  std::filesystem::create_directory(odd);
  chmod(odd.c_str(), 0777);
  std::filesystem::rename(file, odd + "/image.sif");
  file = odd + "/image.sif";
  const Verdict verdict = judge();
  CHECK(!verdict.trusted);
  STRCMP_CONTAINS("through the mode of /var/lib/slipway-unit-test/a\\x1b[31m\\x0ab", verdict.reason.c_str());
}

TEST(Trust, AFileThatOnlyRootCanWriteIsTrusted) {
  if (!root) return;
  const Verdict verdict = judge();
  STRCMP_EQUAL("can be written by root alone", verdict.reason.c_str());
  CHECK(verdict.trusted);
}

TEST(Trust, AnotherOwnerIsNot) {
  if (!root) return;
  CHECK_EQUAL(0, chown(file.c_str(), 12345, 0));
  STRCMP_CONTAINS("uid 12345, who owns it", judge().reason.c_str());
  CHECK_FALSE(judge().trusted);
}

TEST(Trust, AModeThatLetsOthersWriteIsNot) {
  if (!root) return;
  for (const mode_t mode : {0664, 0646}) {
    chmod(file.c_str(), mode);
    CHECK_FALSE(judge().trusted);
  }
}

TEST(Trust, ADirectoryAboveThatOthersCanWriteIsNot) {
  if (!root) return;
  chmod(directory.c_str(), 0777);
  STRCMP_CONTAINS("the mode of /var/lib/slipway-unit-test", judge().reason.c_str());
  chmod(directory.c_str(), 01777);  // sticky does not help: who made the file?
  CHECK_FALSE(judge().trusted);
  chmod(directory.c_str(), 0755);
  CHECK_EQUAL(0, chown(directory.c_str(), 12345, 0));
  STRCMP_CONTAINS("uid 12345, who owns /var/lib/slipway-unit-test", judge().reason.c_str());
}

TEST(Trust, AFileThatIsOpenForWritingIsNot) {
  if (!root) return;
  const Fd writer(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  STRCMP_CONTAINS("open for writing", judge().reason.c_str());
  CHECK_FALSE(judge().trusted);
}

TEST(Trust, AFileThatWasReplacedIsNot) {
  if (!root) return;
  const Fd fd(open(file.c_str(), O_RDONLY | O_CLOEXEC));
  unlink(file.c_str());
  CHECK_FALSE(judge_image(fd.get(), {}).trusted);
}

TEST(Trust, ATrustedPathIsWholeComponents) {
  if (!root) return;
  // On /proc, whose ownership proves nothing to us.
  const Fd fd(open("/proc/version", O_RDONLY | O_CLOEXEC));
  CHECK_FALSE(judge_image(fd.get(), {}).trusted);
  CHECK_FALSE(judge_image(fd.get(), {"/pro", "/proc/vers"}).trusted);
  STRCMP_EQUAL("lies under trusted_path=/proc", judge_image(fd.get(), {"/proc"}).reason.c_str());
}

TEST(Trust, OurOwnMountsAreKnown) {
  const Fd fd(open("/", O_RDONLY | O_CLOEXEC));
  CHECK(is_on_own_mount(fd.get()));
}

// What /proc/PID/root of a process with mounts of its own leads to.
TEST(Trust, TheMountsOfAnotherNamespaceAreNot) {
  if (!root) return;
  int ready[2];
  LONGS_EQUAL(0, pipe(ready));
  const pid_t child = fork();
  if (child == 0) {
    const bool made = unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                      mount("forged", directory.c_str(), "tmpfs", 0, nullptr) == 0;
    (void)!write(ready[1], made ? "y" : "n", 1);
    pause();
  }
  char made = 0;
  LONGS_EQUAL(1, read(ready[0], &made, 1));
  LONGS_EQUAL('y', made);
  const Fd forged(open(("/proc/" + std::to_string(child) + "/root" + directory).c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(forged.get() >= 0);
  CHECK_FALSE(is_on_own_mount(forged.get()));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}
