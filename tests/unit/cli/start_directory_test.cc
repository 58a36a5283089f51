// SPDX-License-Identifier: BSD-3-Clause
#include "cli/start_directory.h"

#include <cstdlib>

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(StartDirectory) {
  using Words = std::vector<std::string>;
  static std::string typed(const Words& words) { return typed_directory(words); }
};

TEST(StartDirectory, IsWhatChdirSays) {
  STRCMP_EQUAL("/a", typed({"srun", "-n2", "--chdir=/a", "./app"}).c_str());
  STRCMP_EQUAL("/a", typed({"srun", "-N", "2", "--chdir", "/a", "./app"}).c_str());
  STRCMP_EQUAL("/a", typed({"srun", "-D", "/a", "./app"}).c_str());
  STRCMP_EQUAL("/a", typed({"srun", "-D/a", "./app"}).c_str());
  STRCMP_EQUAL("/b", typed({"srun", "--chdir=/a", "-D/b", "./app"}).c_str());
  STRCMP_EQUAL("", typed({"srun", "./app"}).c_str());
  STRCMP_EQUAL("", typed({"srun", "--chdir"}).c_str());
}

TEST(StartDirectory, TheCommandsOwnWordsAreNotLookedAt) {
  STRCMP_EQUAL("", typed({"srun", "cmake", "-D", "X=1"}).c_str());
  STRCMP_EQUAL("", typed({"srun", "-n2", "cmake", "-DX=1", "--chdir=/a"}).c_str());
  STRCMP_EQUAL("", typed({"srun", "--container=a.sif", "cmake", "-DX=1"}).c_str());
}

TEST(StartDirectory, IsRealWhereItExists) {
  STRCMP_EQUAL("/no/such", start_directory({"sbatch", "-D/no/such", "job"}, false).c_str());
  STRCMP_EQUAL("/usr", start_directory({"sbatch", "-D/usr/bin/..", "job"}, false).c_str());
}

TEST(StartDirectory, OfAStepMayBeAVariable) {
  setenv("SLURM_WORKING_DIR", "/usr", 1);
  STRCMP_EQUAL("/usr", start_directory({"srun", "x"}, true).c_str());
  STRCMP_EQUAL("/var", start_directory({"srun", "-D/var", "x"}, true).c_str());
  unsetenv("SLURM_WORKING_DIR");
}
