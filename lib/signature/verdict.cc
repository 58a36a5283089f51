// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/verdict.h"

#include <algorithm>
#include <map>

#include "lib/base/error.h"
#include "lib/signature/image_digests.h"
#include "lib/signature/payload.h"
#include "lib/signature/rejection.h"

namespace slipway::signature {

namespace {

using Members = std::vector<const sif::Object*>;  // of a group, by id

// Each signature costs work before anything about it is known. With more of them the image is not judged at all: those
// that are left out could be the ones that count.
constexpr ptrdiff_t kMostSignatures = 256;

std::string object_text(const sif::Object& object) { return "object " + std::to_string(object.id); }
std::string group_text(uint32_t group) { return "group " + std::to_string(group); }

bool is_signature(const sif::Object& object) { return object.type == sif::Type::kSignature && object.group == 0; }

std::map<uint32_t, Members> groups_of(const sif::Image& image) {
  std::map<uint32_t, Members> groups;
  for (const sif::Object& object : image.objects) {
    if (object.group != 0) groups[object.group].push_back(&object);
  }
  for (auto& [group, members] : groups) {
    std::sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->id < b->id; });
  }
  return groups;
}

bool contains(const std::vector<Signer>& signers, const Signer& signer) {
  return std::find(signers.begin(), signers.end(), signer) != signers.end();
}

// The cheap comparisons first: the bytes of an object are read for a signature that is right in all else.
void compare(const Payload& payload, const sif::Image& image, const Members& members, const ObjectDigest& digest) {
  if (header_digest(image, payload.header.hash) != payload.header) {
    throw Rejection("the image's header is not the one that was signed");
  }
  std::map<uint32_t, const SignedObject*> of_id;
  const uint32_t first = members.front()->id;
  for (const SignedObject& object : payload.objects) of_id[object.relative_id] = &object;
  for (const sif::Object* member : members) {
    const auto found = of_id.find(member->id - first);
    if (found == of_id.end()) throw Rejection(object_text(*member) + " is not among the objects that were signed");
    if (descriptor_digest(image, *member, first, found->second->descriptor.hash) != found->second->descriptor) {
      throw Rejection("the description of " + object_text(*member) + " is not the one that was signed");
    }
  }
  if (of_id.size() != members.size()) throw Rejection("an object that was signed is missing from the group");
  for (const sif::Object* member : members) {
    const Digest& expected = of_id[member->id - first]->object;
    if (digest(*member, expected.hash) != expected) {
      throw Rejection("the content of " + object_text(*member) + " is not what was signed");
    }
  }
}

std::vector<Signer> signers_of(const sif::Object& signature, const sif::Image& image,
                               const std::map<uint32_t, Members>& groups, const Verify& verify,
                               const ObjectDigest& digest) {
  if ((signature.link & sif::kGroupBit) != sif::kGroupBit) {
    throw Rejection("it is not for a group but for one object, as signatures of the legacy kind are");
  }
  const auto members = groups.find(signature.link & ~sif::kGroupBit);
  if (members == groups.end()) throw Rejection("it is for a group that the image does not have");
  if (!hash_of_number(signature.hash)) throw Rejection("it names a hash that is not of SHA-2");
  const VerifiedText verified = verify(signature);
  compare(payload_in(verified.text), image, members->second, digest);
  return verified.signers;
}

GroupVerdict judge_group(uint32_t group, const Members& members, const std::vector<SignatureVerdict>& signatures) {
  GroupVerdict verdict{group, {}, {}, ""};
  for (const sif::Object* member : members) verdict.objects.push_back(member->id);
  for (const SignatureVerdict& signature : signatures) {
    if (signature.group != group) continue;
    for (const Signer& signer : signature.signers) {
      if (!contains(verdict.signers, signer)) verdict.signers.push_back(signer);
    }
    if (!signature.reason.empty()) {
      verdict.reason += (verdict.reason.empty() ? "signature " : "; signature ") + std::to_string(signature.object) +
                        ": " + signature.reason;
    }
  }
  if (!verdict.signers.empty()) verdict.reason.clear();
  else if (verdict.reason.empty()) verdict.reason = "it has no signature";
  return verdict;
}

}  // namespace

std::vector<Signer> Verdict::signers_of_all() const {
  if (!covers_all()) return {};
  std::vector<Signer> all;
  for (const Signer& signer : groups.front().signers) {
    if (std::all_of(groups.begin(), groups.end(), [&](const auto& group) { return contains(group.signers, signer); })) {
      all.push_back(signer);
    }
  }
  return all;
}

Verdict judge(const sif::Image& image, const Verify& verify, const ObjectDigest& digest) {
  Verdict verdict;
  const auto signatures = std::count_if(image.objects.begin(), image.objects.end(), [](const auto& object) {
    return object.type == sif::Type::kSignature;
  });
  if (signatures > kMostSignatures) throw Error("image", "has too many signatures", "keep those of its groups, at most 256");
  const std::map<uint32_t, Members> groups = groups_of(image);
  for (const sif::Object& object : image.objects) {
    if (object.group == 0 && !is_signature(object)) {
      verdict.uncovered.push_back({object.id, "it belongs to no group, and only groups can be signed"});
    }
    if (object.type != sif::Type::kSignature) continue;
    const bool of_group = (object.link & sif::kGroupBit) == sif::kGroupBit;
    SignatureVerdict signature{object.id, of_group ? object.link & ~sif::kGroupBit : 0, object.signer, {}, ""};
    try {
      if (!is_signature(object)) throw Rejection("it is itself in a group, as signatures of the legacy kind are");
      signature.signers = signers_of(object, image, groups, verify, digest);
    } catch (const Rejection& rejection) {
      signature.reason = rejection.what();
    }
    verdict.signatures.push_back(std::move(signature));
  }
  for (const auto& [group, members] : groups) {
    verdict.groups.push_back(judge_group(group, members, verdict.signatures));
    if (!verdict.groups.back().signers.empty()) continue;
    for (const sif::Object* member : members) {
      verdict.uncovered.push_back({member->id, "no valid signature covers its " + group_text(group)});
    }
  }
  return verdict;
}

}  // namespace slipway::signature
