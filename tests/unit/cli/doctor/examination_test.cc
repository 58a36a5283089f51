// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/examination.h"

#include <unistd.h>

#include <set>
#include <stdexcept>

#include "tests/unit/fake_node.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using namespace slipway::doctor;

namespace {

using std::chrono::milliseconds;

Finding fine(const Site&) { return ok("a", "b"); }
Finding bad(const Site&) { return missing("c", "d", "e"); }
Finding hanging(const Site&) {
  while (true) pause();
}
Finding throwing(const Site&) { throw std::runtime_error("a reason"); }
Finding dying(const Site&) { _exit(3); }

}  // namespace

TEST_GROUP(DoctorExamination) {
  FakeNode fake;
  template <size_t kCount>
  std::vector<Finding> examined(const Check(&checks)[kCount], milliseconds limit = milliseconds(20000)) {
    return examine(fake.node(), checks, limit);
  }
};

TEST(DoctorExamination, FindingsComeInOrderAndWhole) {
  const auto findings = examined({{"first", fine}, {"second", bad}});
  LONGS_EQUAL(2, findings.size());
  STRCMP_EQUAL("first", findings[0].check.c_str());
  STRCMP_EQUAL("", findings[0].remedy.c_str());
  STRCMP_EQUAL("second", findings[1].check.c_str());
  STRCMP_EQUAL("c", findings[1].found.c_str());
  STRCMP_EQUAL("d", findings[1].means.c_str());
  STRCMP_EQUAL("e", findings[1].remedy.c_str());
  CHECK(findings[1].status == Status::kMissing);
}

TEST(DoctorExamination, OneMissingThingMakesItUnfit) {
  CHECK(is_fit(examined({{"first", fine}})));
  CHECK(!is_fit(examined({{"first", fine}, {"second", bad}})));
  CHECK(is_fit({warning("", "", ""), unknown("", "", "")}));
}

TEST(DoctorExamination, ACheckThatHangsIsNamed) {
  const auto findings = examined({{"first", fine}, {"second", hanging}, {"third", fine}}, milliseconds(300));
  LONGS_EQUAL(2, findings.size());
  STRCMP_EQUAL("second", findings[1].check.c_str());
  STRCMP_EQUAL("no answer after 300 ms", findings[1].found.c_str());
  CHECK(!is_fit(findings));
}

TEST(DoctorExamination, ACheckThatFailsIsUnknown) {
  const auto findings = examined({{"first", throwing}, {"second", fine}});
  LONGS_EQUAL(2, findings.size());
  STRCMP_EQUAL("a reason", findings[0].found.c_str());
  CHECK(findings[0].status == Status::kUnknown);
}

TEST(DoctorExamination, ACheckThatDiesIsNamed) {
  const auto findings = examined({{"first", dying}, {"second", fine}});
  LONGS_EQUAL(1, findings.size());
  STRCMP_EQUAL("the check died", findings[0].found.c_str());
  CHECK(!is_fit(findings));
}

TEST(DoctorExamination, EachCheckHasANameOfItsOwnAndAnswersOnAnEmptyNode) {
  std::set<std::string> names;
  for (const Check& check : checks()) names.insert(check.name);
  LONGS_EQUAL(checks().size(), names.size());
  const auto findings = examine(fake.node(), checks(), milliseconds(20000));
  LONGS_EQUAL(checks().size(), findings.size());
  for (const Finding& finding : findings) {
    CHECK(!finding.found.empty() && !finding.means.empty());
    CHECK(finding.status != Status::kWarning || !finding.remedy.empty());
  }
}
