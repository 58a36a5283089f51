// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/public_keys.h"

#include <string>

#include "lib/base/error.h"
#include "lib/signature/rejection.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::signature;

TEST_GROUP(PublicKeys) {
  PublicKeys keys;

  void accepts(const std::string& kind, const std::string& how, Hash hash) {
    const KeyPair pair(kind);
    keys.add(pair.pem(), "key.pem");
    const VerifiedText verified = keys.verify(envelope_of("{}", {pair.sign(enveloped("{}"), how)}), hash);
    STRCMP_EQUAL("{}", verified.text.c_str());
    LONGS_EQUAL(1, verified.signers.size());
    STRCMP_EQUAL("key.pem", verified.signers[0].name.c_str());
  }
  std::string complaint_about(const std::string& envelope, Hash hash = Hash::kSha256) const {
    return complaint<Rejection>([&] { keys.verify(envelope, hash); });
  }
  std::string complaint_about_key(const std::string& pem) {
    return complaint<Error>([&] { keys.add(pem, "key.pem"); });
  }
};

TEST(PublicKeys, OfEd25519Verify) { accepts("-algorithm ED25519", "", Hash::kSha256); }

TEST(PublicKeys, OfEcdsaVerify) {
  accepts("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-digest sha256", Hash::kSha256);
}

TEST(PublicKeys, OfEcdsaVerifyWithTheHashOfTheImage) {
  accepts("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-digest sha384", Hash::kSha384);
}

TEST(PublicKeys, OfRsaVerify) { accepts("-algorithm RSA", "-digest sha256", Hash::kSha256); }

TEST(PublicKeys, AreNamedByTheirDigest) {
  const KeyPair pair("-algorithm ED25519");
  keys.add(pair.pem(), "key.pem");
  const VerifiedText verified = keys.verify(envelope_of("{}", {pair.sign(enveloped("{}"), "")}), Hash::kSha256);
  TemporaryDirectory directory;
  const std::string der = output_of("openssl pkey -pubin -outform DER -in " + directory.write("pem", pair.pem()));
  STRCMP_EQUAL(sha256(der).c_str(), verified.signers[0].key.c_str());
}

TEST(PublicKeys, OfOthersDoNotVerify) {
  const KeyPair pair("-algorithm ED25519"), other("-algorithm ED25519");
  keys.add(pair.pem(), "key.pem");
  const std::string signature = pair.sign(enveloped("{}"), "");
  STRCMP_CONTAINS("none of the given", complaint_about(envelope_of("{}", {other.sign(enveloped("{}"), "")})).c_str());
  STRCMP_CONTAINS("none of the given", complaint_about(envelope_of("{} ", {signature})).c_str());
  STRCMP_CONTAINS("none of the given", complaint_about(envelope_of("{}", {pair.sign("{}", "")})).c_str());
  STRCMP_CONTAINS("none of the given", complaint_about(envelope_of("{}", {""})).c_str());
  // Among others' signatures it is found.
  LONGS_EQUAL(1, keys.verify(envelope_of("{}", {"x", signature, signature}), Hash::kSha256).signers.size());
}

TEST(PublicKeys, WithAnotherHashDoNotVerify) {
  const KeyPair pair("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
  keys.add(pair.pem(), "key.pem");
  const std::string envelope = envelope_of("{}", {pair.sign(enveloped("{}"), "-digest sha1")});
  for (const Hash hash : {Hash::kSha256, Hash::kSha384, Hash::kSha512}) {
    STRCMP_CONTAINS("none of the given", complaint_about(envelope, hash).c_str());
  }
}

TEST(PublicKeys, ThatAreNotAcceptedAreTold) {
  STRCMP_CONTAINS("holds no public key", complaint_about_key("nonsense").c_str());
  for (const char* kind : {"-algorithm RSA -pkeyopt rsa_keygen_bits:1024", "-algorithm X25519",
                           "-algorithm EC -pkeyopt ec_paramgen_curve:P-224"}) {
    STRCMP_CONTAINS("too weak or of an unknown kind", complaint_about_key(KeyPair(kind).pem()).c_str());
  }
  const KeyPair pair("-algorithm ED25519");
  STRCMP_CONTAINS("more than one", complaint_about_key(pair.pem() + pair.pem()).c_str());
}
