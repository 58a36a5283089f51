// SPDX-License-Identifier: BSD-3-Clause

// Whose key made a signature.
#pragma once

#include <string>
#include <vector>

namespace slipway::signature {

struct Signer {
  // What a site lists to name the key: of OpenPGP the fingerprint of the primary key, 40 digits in upper case; of a
  // bare public key "sha256:" and the digest of its DER form (SubjectPublicKeyInfo) in lower case.
  std::string key;
  std::string name;  // for people: the key's user id, or the file that it came from

  // A key is the same whatever it is called.
  bool operator==(const Signer& other) const { return key == other.key; }
};

// Text together with those whose valid signatures it bears: never empty.
struct VerifiedText {
  std::string text;
  std::vector<Signer> signers;
};

}  // namespace slipway::signature
