// SPDX-License-Identifier: BSD-3-Clause

// What a site may demand of signatures, asked of verdicts that are written here.
#include "lib/signature/demand.h"

#include <CppUTest/TestHarness.h>

using namespace slipway::signature;

TEST_GROUP(Demand) {
  const Signer alice{"A", "alice"}, bob{"B", "bob"};
  // Two groups, object 1 in the first and object 2 in the second.
  Verdict of(const std::vector<Signer>& first, const std::vector<Signer>& second) const {
    Verdict verdict;
    const std::vector<Signer> signers[] = {first, second};
    for (uint32_t group = 1; group <= 2; ++group) {
      const std::vector<Signer>& their = signers[group - 1];
      verdict.signatures.push_back({10 + group, group, "", their, their.empty() ? "unknown key" : ""});
      verdict.groups.push_back({group, {group}, their, their.empty() ? "signature of an unknown key" : ""});
      if (their.empty()) verdict.uncovered.push_back({group, "no valid signature covers it"});
    }
    return verdict;
  }
  bool is_met(Demand demand, const Verdict& verdict) const { return judge(demand, verdict, {alice, bob}).is_met; }
};

TEST(Demand, IsOneOfThreeWords) {
  CHECK(demand_of("any") == Demand::kAny);
  CHECK(demand_of("all") == Demand::kAll);
  CHECK(demand_of("never") == Demand::kNever);
  CHECK_FALSE(demand_of("no").has_value());
  CHECK_FALSE(demand_of("").has_value());
}

TEST(Demand, AnyWantsOneKeyThatSignedEveryGroup) {
  CHECK(is_met(Demand::kAny, of({alice}, {alice, bob})));
  CHECK_FALSE(is_met(Demand::kAny, of({alice}, {bob})));
  CHECK_FALSE(is_met(Demand::kAny, of({alice}, {})));
  CHECK_FALSE(is_met(Demand::kAny, of({}, {})));
  CHECK_FALSE(is_met(Demand::kAny, Verdict()));
}

TEST(Demand, AllWantsEachListedKeyInEveryGroup) {
  CHECK(is_met(Demand::kAll, of({alice, bob}, {bob, alice})));
  CHECK_FALSE(is_met(Demand::kAll, of({alice, bob}, {alice})));
  CHECK(judge(Demand::kAll, of({alice}, {alice}), {alice}).is_met);
  CHECK_FALSE(judge(Demand::kAll, of({}, {}), {}).is_met);
}

TEST(Demand, NeverWantsNoSignatureOfAListedKeyAnywhere) {
  CHECK(is_met(Demand::kNever, of({}, {})));
  CHECK(is_met(Demand::kNever, Verdict()));
  CHECK_FALSE(is_met(Demand::kNever, of({}, {bob})));
}

// Whatever is signed: an object that is in no group leaves a gap.
TEST(Demand, NothingMayBeLeftUncovered) {
  Verdict verdict = of({alice}, {alice});
  verdict.uncovered.push_back({7, "it belongs to no group"});
  CHECK_FALSE(is_met(Demand::kAny, verdict));
  STRCMP_EQUAL("is not signed in its object 7: it belongs to no group",
               judge(Demand::kAny, verdict, {alice}).reason.c_str());
}

TEST(Demand, ReasonsNameKeysAndGroups) {
  STRCMP_EQUAL("is signed by alice (A)", judge(Demand::kAny, of({alice}, {alice, bob}), {alice, bob}).reason.c_str());
  STRCMP_EQUAL("is not signed by bob (B)", judge(Demand::kAll, of({alice}, {alice}), {alice, bob}).reason.c_str());
  STRCMP_EQUAL("is not signed in its group 2: signature of an unknown key",
               judge(Demand::kAny, of({alice}, {}), {alice}).reason.c_str());
  STRCMP_EQUAL("is not signed", judge(Demand::kAny, Verdict(), {alice}).reason.c_str());
  STRCMP_EQUAL("has groups that different keys signed, and none that signed them all",
               judge(Demand::kAny, of({alice}, {bob}), {alice, bob}).reason.c_str());
  STRCMP_EQUAL("is signed by bob (B)", judge(Demand::kNever, of({}, {bob}), {bob}).reason.c_str());
}
