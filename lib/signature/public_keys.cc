// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/public_keys.h"

#include <algorithm>
#include <utility>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "lib/base/error.h"
#include "lib/signature/envelope.h"
#include "lib/signature/rejection.h"

namespace slipway::signature {

namespace {

constexpr int kLeastRsaBits = 2048, kLeastCurveBits = 256;

bool is_accepted(const EVP_PKEY* key) {
  switch (EVP_PKEY_base_id(key)) {
    case EVP_PKEY_ED25519: return true;
    case EVP_PKEY_EC: return EVP_PKEY_bits(key) >= kLeastCurveBits;
    case EVP_PKEY_RSA: return EVP_PKEY_bits(key) >= kLeastRsaBits;
    default: return false;
  }
}

std::string name_of_key(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) throw Error("public key", "OpenSSL cannot write it");
  const std::string bytes(reinterpret_cast<char*>(der), size);
  OPENSSL_free(der);
  return "sha256:" + digest_of(Hash::kSha256, bytes).hex;
}

// RSA is PKCS #1 v1.5, as those sign who write SIF.
bool is_signed_by(EVP_PKEY* key, Hash hash, const std::string& bytes, const std::string& signature) {
  const bool own_hash = EVP_PKEY_base_id(key) == EVP_PKEY_ED25519;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const EVP_MD* const algorithm = own_hash ? nullptr : EVP_get_digestbyname(name_of(hash));
  return context && (own_hash || algorithm) &&
         EVP_DigestVerifyInit(context.get(), nullptr, algorithm, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
}

}  // namespace

void PublicKeys::add(const std::string& pem, const std::string& name) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  decltype(Key::key) key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr) : nullptr, EVP_PKEY_free);
  if (!key) throw Error(name, "holds no public key in PEM", "write it with openssl pkey -pubout");
  const decltype(Key::key) another(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (another) throw Error(name, "holds more than one public key", "give each a file of its own");
  if (!is_accepted(key.get())) {
    throw Error(name, "holds a public key that is too weak or of an unknown kind",
                "use Ed25519, ECDSA with 256 bits or more, or RSA with 2048 bits or more");
  }
  Signer signer{name_of_key(key.get()), name};
  keys_.push_back({std::move(key), std::move(signer)});
}

std::vector<Signer> PublicKeys::signers() const {
  std::vector<Signer> signers;
  for (const Key& key : keys_) {
    if (std::find(signers.begin(), signers.end(), key.signer) == signers.end()) signers.push_back(key.signer);
  }
  return signers;
}

VerifiedText PublicKeys::verify(const std::string& text, Hash hash) const {
  Envelope envelope = envelope_in(text);
  const std::string bytes = signed_bytes(kPayloadType, envelope.payload);
  VerifiedText verified;
  for (const Key& known : keys_) {
    const bool signs = std::any_of(
        envelope.signatures.begin(), envelope.signatures.end(),
        [&](const std::string& signature) { return is_signed_by(known.key.get(), hash, bytes, signature); });
    const bool counted =
        std::find(verified.signers.begin(), verified.signers.end(), known.signer) != verified.signers.end();
    if (signs && !counted) verified.signers.push_back(known.signer);
  }
  if (verified.signers.empty()) throw Rejection("none of the given public keys made it");
  verified.text = std::move(envelope.payload);
  return verified;
}

}  // namespace slipway::signature
