// SPDX-License-Identifier: BSD-3-Clause

// What gpg signs, and what of it counts.
#include "lib/signature/keyring.h"

#include <string>

#include "lib/base/error.h"
#include "lib/signature/rejection.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::signature;

TEST_GROUP(Keyring) {
  [[maybe_unused]] Quiet quiet;
  Gnupg gnupg;
  Keyring keyring;

  std::string complaint_about(const std::string& message, const std::string& fingerprint) const {
    return complaint<Rejection>([&] { keyring.verify(message, fingerprint); });
  }
  void takes_keys() { keyring.add(gnupg.exported(), "keyring"); }
};

TEST(Keyring, VerifiesWhatAKeySigned) {
  const std::string key = gnupg.make_key("alice");
  takes_keys();
  const VerifiedText verified = keyring.verify(gnupg.sign("{\"version\":1}\n- dashed\n", key), key);
  STRCMP_CONTAINS("{\"version\":1}\n- dashed", verified.text.c_str());
  LONGS_EQUAL(1, verified.signers.size());
  STRCMP_EQUAL(key.c_str(), verified.signers[0].key.c_str());
  STRCMP_EQUAL("alice", verified.signers[0].name.c_str());
}

TEST(Keyring, RefusesAnotherText) {
  const std::string key = gnupg.make_key("alice");
  takes_keys();
  std::string message = gnupg.sign("{\"version\":1}", key);
  message[message.find("version")] = 'V';
  STRCMP_CONTAINS("its text is not what key", complaint_about(message, key).c_str());
}

TEST(Keyring, RefusesKeysThatAreNotHere) {
  const std::string alice = gnupg.make_key("alice"), bob = gnupg.make_key("bob");
  keyring.add(gnupg.exported("bob"), "bob.gpg");
  STRCMP_CONTAINS(("not among the given ones; the image names key " + alice).c_str(),
                  complaint_about(gnupg.sign("{}", alice), alice).c_str());
  LONGS_EQUAL(1, keyring.verify(gnupg.sign("{}", bob), bob).signers.size());
}

TEST(Keyring, RefusesAnImageThatNamesAnotherKey) {
  const std::string alice = gnupg.make_key("alice"), bob = gnupg.make_key("bob");
  takes_keys();
  STRCMP_CONTAINS("but the image says", complaint_about(gnupg.sign("{}", alice), bob).c_str());
}

// What counts is the primary key: of a subkey's signature, too.
TEST(Keyring, KnowsASubkeysPrimaryKey) {
  const std::string key = gnupg.make_key("alice");
  gnupg.gpg("--faked-system-time 20240102T000000 --quick-add-key " + key + " ed25519 sign never");
  const std::string subkey = gnupg.run(
      "gpg --with-colons --list-keys alice | sed -n 's/^fpr:*\\([0-9A-F]*\\):/\\1/p' | sed -n 2p | tr -d '\\n'");
  LONGS_EQUAL(40, subkey.size());
  takes_keys();
  const std::string message = gnupg.sign("{}", subkey + "!");
  STRCMP_EQUAL(key.c_str(), keyring.verify(message, key).signers[0].key.c_str());
  STRCMP_CONTAINS("but the image says", complaint_about(message, subkey).c_str());
}

TEST(Keyring, RefusesRevokedKeys) {
  const std::string key = gnupg.make_key("alice");
  const std::string message = gnupg.sign("{}", key);
  gnupg.run("sed 's/^:-----/-----/' \"$GNUPGHOME\"/openpgp-revocs.d/" + key + ".rev | gpg --batch --import");
  takes_keys();
  STRCMP_CONTAINS("which is revoked", complaint_about(message, key).c_str());
}

TEST(Keyring, RefusesExpiredKeys) {
  const std::string key = gnupg.make_key("alice", "2024-02-01");
  takes_keys();
  const std::string message = gnupg.sign("{}", key, "--faked-system-time 20240115T000000");
  STRCMP_CONTAINS("BEGIN PGP SIGNED MESSAGE", message.c_str());
  STRCMP_CONTAINS("which has expired", complaint_about(message, key).c_str());
}

TEST(Keyring, RefusesExpiredSignatures) {
  const std::string key = gnupg.make_key("alice");
  takes_keys();
  const std::string message =
      gnupg.sign("{}", key, "--faked-system-time 20240115T000000 --default-sig-expire 2024-01-20");
  STRCMP_CONTAINS("it has expired", complaint_about(message, key).c_str());
}

TEST(Keyring, RefusesOtherHashes) {
  const std::string key = gnupg.make_key("alice");
  takes_keys();
  for (const char* hash : {"SHA1", "SHA224", "RIPEMD160"}) {
    const std::string message = gnupg.sign("{}", key, std::string("--digest-algo ") + hash);
    if (message.starts_with("failed")) continue;  // gpg refuses to make some of them
    STRCMP_CONTAINS("is not of SHA-2", complaint_about(message, key).c_str());
  }
  for (const char* hash : {"SHA384", "SHA512"}) {
    LONGS_EQUAL(1, keyring.verify(gnupg.sign("{}", key, std::string("--digest-algo ") + hash), key).signers.size());
  }
}

TEST(Keyring, RefusesTwoSignaturesInOneMessage) {
  const std::string alice = gnupg.make_key("alice"), bob = gnupg.make_key("bob");
  takes_keys();
  const std::string message = gnupg.sign("{}", alice, "--local-user " + bob);
  STRCMP_CONTAINS("bears 2 signatures", complaint_about(message, alice).c_str());
}

// librnp would take these, and unpack them.
TEST(Keyring, RefusesMessagesThatAreNotClearSigned) {
  const std::string key = gnupg.make_key("alice");
  takes_keys();
  const std::string message = gnupg.run("echo '{}' | gpg --batch --armor --sign");
  STRCMP_CONTAINS("BEGIN PGP MESSAGE", message.c_str());
  STRCMP_CONTAINS("not a clear-signed", complaint_about(message, key).c_str());
}

TEST(Keyring, TakesArmoredKeysAndSeveralFiles) {
  const std::string alice = gnupg.make_key("alice"), bob = gnupg.make_key("bob"), carol = gnupg.make_key("carol");
  keyring.add(gnupg.exported("alice", "--armor") + gnupg.exported("bob", "--armor"), "armored");
  keyring.add(gnupg.exported("carol"), "binary");
  for (const std::string& key : {alice, bob, carol}) {
    LONGS_EQUAL(1, keyring.verify(gnupg.sign("{}", key), key).signers.size());
  }
}

TEST(Keyring, SaysWhenAFileHoldsNoKeys) {
  for (const std::string& bytes : {std::string(), std::string("nonsense"), std::string(1000, '\xff')}) {
    STRCMP_EQUAL("file: holds no OpenPGP public key; write it with gpg --export",
                 complaint<Error>([&] { keyring.add(bytes, "file"); }).c_str());
  }
}
