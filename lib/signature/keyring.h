// SPDX-License-Identifier: BSD-3-Clause

// OpenPGP public keys, and the clear-signed messages that they verify, by librnp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/signature/signer.h"

struct rnp_ffi_st;

namespace slipway::signature {

class Keyring {
 public:
  // Throws Error when librnp cannot start.
  Keyring();

  // Keys as `gpg --export` writes them, armored or not. Throws Error when there is none among the bytes.
  void add(const std::string& bytes, const std::string& name);

  // The primary keys. Throws Error when librnp cannot tell them.
  std::vector<Signer> signers() const;

  // The text of a message, as it was signed. `fingerprint` is what the image says of the signer; what counts is that it
  // is the primary key of the one who signed. Throws Rejection: a key that is not here, revoked, expired or not for
  // signing, a hash outside SHA-2, a text that was not signed.
  VerifiedText verify(const std::string& message, const std::string& fingerprint) const;

 private:
  std::unique_ptr<rnp_ffi_st, int (*)(rnp_ffi_st*)> library_;
};

}  // namespace slipway::signature
