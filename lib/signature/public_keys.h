// SPDX-License-Identifier: BSD-3-Clause

// Bare public keys (Ed25519, ECDSA, RSA), and the DSSE envelopes that they verify, by OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>

#include "lib/signature/digest.h"
#include "lib/signature/signer.h"

namespace slipway::signature {

class PublicKeys {
 public:
  // Keys in PEM. Throws Error: none, more than one, or of a kind or a size that is not accepted.
  void add(const std::string& pem, const std::string& name);

  // Whose they are, each key once.
  std::vector<Signer> signers() const;

  // The payload of an envelope of which at least one signature is of these keys. `hash` is what ECDSA and RSA
  // signatures are made over. Throws Rejection.
  VerifiedText verify(const std::string& envelope, Hash hash) const;

 private:
  struct Key {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key;
    Signer signer;
  };
  std::vector<Key> keys_;
};

}  // namespace slipway::signature
