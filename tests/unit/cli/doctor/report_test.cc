// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/report.h"

#include <CppUTest/TestHarness.h>

using namespace slipway::doctor;

namespace {

Finding of(const char* check, Finding finding) {
  finding.check = check;
  return finding;
}

const std::vector<Finding> kBad = {of("a", ok("1", "2")), of("b", unknown("1", "2", "")),
                                   of("c", warning("1", "2", "3")), of("d", missing("1\n", "2", "3")),
                                   of("e", missing("1", "2", ""))};

}  // namespace

TEST_GROUP(DoctorReport){};

TEST(DoctorReport, TheWorstComesFirstAndTheSumLast) {
  STRCMP_EQUAL(
      "missing  d: 1\\x0a: 2; 3\nmissing  e: 1: 2\nwarning  c: 1: 2; 3\nunknown  b: 1: 2\nok       a: 1: 2\n"
      "2 problems, 1 warning, 1 unknown; this node is not fit to run containers\n",
      report_of(kBad).c_str());
}

TEST(DoctorReport, AGoodNodeIsFit) {
  STRCMP_EQUAL("ok       a: 1: 2\nthis node is fit to run containers\n", report_of({kBad[0]}).c_str());
  STRCMP_EQUAL("warning  c: 1: 2; 3\nok       a: 1: 2\n1 warning; this node is fit to run containers\n",
               report_of({kBad[0], kBad[2]}).c_str());
}

TEST(DoctorReport, QuietlyOnlyTroublesAreTold) {
  STRCMP_EQUAL("missing  d: 1\\x0a: 2; 3\nmissing  e: 1: 2\nwarning  c: 1: 2; 3\n", quiet_report_of(kBad).c_str());
  STRCMP_EQUAL("", quiet_report_of({kBad[0], kBad[1]}).c_str());
}
