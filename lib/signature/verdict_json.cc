// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/verdict_json.h"

#include "lib/base/error.h"

namespace slipway::signature {

namespace {

using nlohmann::json;

json json_of(const std::vector<Signer>& signers) {
  json list = json::array();
  for (const Signer& signer : signers) list.push_back({{"key", signer.key}, {"name", printable(signer.name)}});
  return list;
}

json with_reason(json entry, const std::string& reason) {
  if (!reason.empty()) entry["reason"] = printable(reason);
  return entry;
}

}  // namespace

json json_of(const Verdict& verdict, const std::string& image) {
  json signatures = json::array(), groups = json::array(), uncovered = json::array();
  for (const SignatureVerdict& signature : verdict.signatures) {
    signatures.push_back(with_reason({{"object", signature.object},
                                      {"group", signature.group},
                                      {"claims", signature.claims},
                                      {"valid", signature.reason.empty()},
                                      {"signers", json_of(signature.signers)}},
                                     signature.reason));
  }
  for (const GroupVerdict& group : verdict.groups) {
    groups.push_back(with_reason({{"group", group.group},
                                  {"objects", group.objects},
                                  {"covered", !group.signers.empty()},
                                  {"signers", json_of(group.signers)}},
                                 group.reason));
  }
  for (const Uncovered& object : verdict.uncovered) {
    uncovered.push_back(with_reason({{"object", object.object}}, object.reason));
  }
  return {{"image", printable(image)},
          {"covered", verdict.covers_all()},
          {"signers_of_all", json_of(verdict.signers_of_all())},
          {"groups", std::move(groups)},
          {"signatures", std::move(signatures)},
          {"uncovered", std::move(uncovered)}};
}

}  // namespace slipway::signature
