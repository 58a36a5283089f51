// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/error.h"

#include <cerrno>

#include <CppUTest/TestHarness.h>

using slipway::Error;
using slipway::printable;
using slipway::system_error;

TEST_GROUP(Error){};

TEST(Error, ReadsAsOneSentence) {
  const Error error("/a.sif", "not an image", "name a SIF file");
  STRCMP_EQUAL("/a.sif: not an image; name a SIF file", error.what());
  LONGS_EQUAL(1, error.exit_code());
}

TEST(Error, LeavesOutARemedyThatIsNotThere) { STRCMP_EQUAL("x: y", Error("x", "y").what()); }

TEST(Error, SystemErrorNamesTheCallAndErrno) {
  errno = ENOENT;
  STRCMP_EQUAL("/x: open: No such file or directory", system_error("/x", "open").what());
}

TEST(Error, PrintableKeepsTextAndEscapesControls) {
  STRCMP_EQUAL("a b \xc3\xa9", printable("a b \xc3\xa9").c_str());
  STRCMP_EQUAL("\\x1b[31m\\x0a", printable("\x1b[31m\n").c_str());
  STRCMP_EQUAL("\\xc2\\x9b", printable("\xc2\x9b").c_str());  // the C1 form of ESC [
  STRCMP_EQUAL("\\xff\\xc3", printable("\xff\xc3").c_str());
  LONGS_EQUAL(10, printable(std::string(100, 'a'), 10).size());
}
