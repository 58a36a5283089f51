// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/repairs.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/unit/in_child.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(Repairs) {
  // The variable's value after the repair of an environment in which it is `value`; "(none)" when it is gone.
  static std::string repaired(const char* name, const std::string& value) {
    return in_child([&] {
             setenv(name, value.c_str(), 1);
             repair_environment();
             const char* const left = getenv(name);
             fputs(left ? left : "(none)", stderr);
           }).output;
  }
};

TEST(Repairs, WhatIsThereStays) {
  const TemporaryDirectory directory;
  const std::string socket = directory.write("bus", "");
  STRCMP_EQUAL(directory.path().c_str(), repaired("TMPDIR", directory.path()).c_str());
  STRCMP_EQUAL("/bin/sh", repaired("SHELL", "/bin/sh").c_str());
  STRCMP_EQUAL("/bin/sh", repaired("I_MPI_PMI_LIBRARY", "/bin/sh").c_str());
  STRCMP_EQUAL(directory.path().c_str(), repaired("XDG_RUNTIME_DIR", directory.path()).c_str());
  const std::string address = "unix:path=" + socket + ",guid=1;unix:path=/nowhere";
  STRCMP_EQUAL(address.c_str(), repaired("DBUS_SESSION_BUS_ADDRESS", address).c_str());
  STRCMP_EQUAL("unix:abstract=/x", repaired("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=/x").c_str());
}

TEST(Repairs, WhatIsMissingIsReplacedOrGoes) {
  STRCMP_EQUAL("C.UTF-8", repaired("LANG", "xx_XX.UTF-8").c_str());
  STRCMP_EQUAL("C.UTF-8", repaired("LC_TIME", "xx_XX").c_str());
  STRCMP_EQUAL("POSIX", repaired("LC_ALL", "POSIX").c_str());
  STRCMP_EQUAL("/tmp", repaired("TMPDIR", "/no/such/directory").c_str());
  STRCMP_EQUAL("/tmp", repaired("TMPDIR", "").c_str());
  STRCMP_EQUAL("/bin/sh", repaired("SHELL", "/no/such/shell").c_str());
  STRCMP_EQUAL("(none)", repaired("XDG_RUNTIME_DIR", "/no/such/directory").c_str());
  // Where Slurm's is not shown (tests/steps/mpi.test has it).
  STRCMP_EQUAL("(none)", repaired("I_MPI_PMI_LIBRARY", "/no/such/libpmi2.so").c_str());
  STRCMP_EQUAL("(none)", repaired("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/bus,guid=1").c_str());
  const std::string long_path = "unix:path=/" + std::string(9999, 'x');
  STRCMP_EQUAL("(none)", repaired("DBUS_SESSION_BUS_ADDRESS", long_path).c_str());
}
