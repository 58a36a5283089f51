// SPDX-License-Identifier: BSD-3-Clause

// CppUTest's runner for every *_test.cc beside it. Run with -v to see each test's name.
#include <CppUTest/CommandLineTestRunner.h>
#include <CppUTest/MemoryLeakWarningPlugin.h>

int main(int argc, char** argv) {
  // It takes what librnp keeps for its next use for a leak. AddressSanitizer, under which these tests run too, does
  // not.
  MemoryLeakWarningPlugin::turnOffNewDeleteOverloads();
  return CommandLineTestRunner::RunAllTests(argc, argv);
}
