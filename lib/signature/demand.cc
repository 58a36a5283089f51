// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/demand.h"

#include <algorithm>

#include "lib/base/error.h"

namespace slipway::signature {

namespace {

std::string text_of(const Signer& signer) { return printable(signer.name) + " (" + signer.key + ")"; }

std::string text_of(const std::vector<Signer>& signers) {
  std::string text;
  for (const Signer& signer : signers) text += (text.empty() ? "" : ", ") + text_of(signer);
  return text;
}

// Why nothing that was signed counts for the whole image: the first thing that is not covered.
std::string gap_in(const Verdict& verdict) {
  if (verdict.signatures.empty()) return "is not signed";
  for (const GroupVerdict& group : verdict.groups) {
    if (group.signers.empty()) return "is not signed in its group " + std::to_string(group.group) + ": " + group.reason;
  }
  if (verdict.uncovered.empty()) return "has groups that different keys signed, and none that signed them all";
  const Uncovered& first = verdict.uncovered.front();
  return "is not signed in its object " + std::to_string(first.object) + ": " + first.reason;
}

}  // namespace

std::optional<Demand> demand_of(std::string_view word) {
  if (word == "any") return Demand::kAny;
  if (word == "all") return Demand::kAll;
  if (word == "never") return Demand::kNever;
  return std::nullopt;
}

Answer judge(Demand demand, const Verdict& verdict, const std::vector<Signer>& listed) {
  if (demand == Demand::kNever) {
    for (const SignatureVerdict& signature : verdict.signatures) {
      if (!signature.signers.empty()) return {false, "is signed by " + text_of(signature.signers)};
    }
    return {true, "is signed by none of the listed keys"};
  }
  const std::vector<Signer> signers = verdict.signers_of_all();
  if (signers.empty()) return {false, gap_in(verdict)};
  if (demand == Demand::kAll) {
    for (const Signer& signer : listed) {
      if (std::find(signers.begin(), signers.end(), signer) == signers.end()) {
        return {false, "is not signed by " + text_of(signer)};
      }
    }
  }
  return {true, "is signed by " + text_of(signers)};
}

}  // namespace slipway::signature
