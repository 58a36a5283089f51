// SPDX-License-Identifier: BSD-3-Clause

// What the signatures of a SIF cover, by whose keys, and what is left uncovered. Nothing but what a valid signature
// says is believed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lib/image/sif.h"
#include "lib/signature/digest.h"
#include "lib/signature/signer.h"

namespace slipway::signature {

struct SignatureVerdict {
  uint32_t object;              // its own id
  uint32_t group;               // that it is for; 0: none
  std::string claims;           // the fingerprint that the image names, proven by nothing; empty for DSSE
  std::vector<Signer> signers;  // who signed all of the group as it is now; empty: it does not count
  std::string reason;           // why it does not
};

struct GroupVerdict {
  uint32_t group;
  std::vector<uint32_t> objects;
  std::vector<Signer> signers;  // of all valid signatures, each key once; empty: not covered
  std::string reason;           // why not
};

struct Uncovered {
  uint32_t object;
  std::string reason;
};

struct Verdict {
  std::vector<SignatureVerdict> signatures;
  std::vector<GroupVerdict> groups;
  std::vector<Uncovered> uncovered;  // every object that no valid signature covers, except ungrouped signatures

  // Is there something to run, and all of it covered?
  bool covers_all() const { return !groups.empty() && uncovered.empty(); }
  // The keys that signed every group: what a site's lists are compared with.
  std::vector<Signer> signers_of_all() const;
};

// The text of a signature object, once it is verified. Throws Rejection.
using Verify = std::function<VerifiedText(const sif::Object& signature)>;
using ObjectDigest = std::function<Digest(const sif::Object& object, Hash hash)>;

// Throws what `digest` throws, and Error: the image has more signatures than are looked at. `image` comes from
// sif::read: ids are unique, and no two objects overlap.
Verdict judge(const sif::Image& image, const Verify& verify, const ObjectDigest& digest);

}  // namespace slipway::signature
