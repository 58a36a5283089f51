// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/digest.h"

#include <fcntl.h>

#include <string>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::signature;

TEST_GROUP(Digest) {};

// FIPS 180-2, appendices B.1, D.1 and C.1.
TEST(Digest, IsTheStandards) {
  STRCMP_EQUAL("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
               digest_of(Hash::kSha256, "abc").hex.c_str());
  STRCMP_EQUAL(
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
      digest_of(Hash::kSha384, "abc").hex.c_str());
  STRCMP_CONTAINS("ddaf35a193617abacc417349ae204131", digest_of(Hash::kSha512, "abc").hex.c_str());
}

TEST(Digest, OfAPartOfAFileReadsNoMoreThanThat) {
  const TemporaryDirectory directory;
  const std::string large(3 << 20, 'x');
  const Fd file(open(directory.write("file", "ab" + large + "c").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(digest_of(Hash::kSha256, large) == digest_of(Hash::kSha256, file.get(), 2, large.size(), "file"));
  CHECK(digest_of(Hash::kSha256, "") == digest_of(Hash::kSha256, file.get(), 2, 0, "file"));
  const std::string sentence =
      complaint<Error>([&] { digest_of(Hash::kSha256, file.get(), 2, large.size() + 2, "file"); });
  STRCMP_EQUAL("file: became shorter while it was read; verify it again", sentence.c_str());
}

TEST(Digest, IsReadOnlyWhenItIsOfSha2) {
  for (const Hash hash : {Hash::kSha256, Hash::kSha384, Hash::kSha512}) {
    const Digest digest = digest_of(hash, "abc");
    CHECK(digest_in(std::string(name_of(hash)) + ":" + digest.hex) == digest);
  }
  const std::string digits = digest_of(Hash::kSha256, "abc").hex;
  for (const std::string& text : {digits, "sha1:" + digits.substr(0, 40), "blake2s:" + digits, "sha512:" + digits,
                                  "sha256:" + digits + "0", "sha256:" + digits.substr(1), "SHA256:" + digits,
                                  "sha256:g" + digits.substr(1), std::string("sha256:"), std::string()}) {
    CHECK_FALSE_TEXT(digest_in(text).has_value(), text.c_str());
  }
}

TEST(Digest, NumbersOfOtherHashesAreNone) {
  CHECK(hash_of_number(1) == Hash::kSha256);
  CHECK(hash_of_number(3) == Hash::kSha512);
  for (const int number : {-1, 0, 4, 5}) CHECK_FALSE(hash_of_number(number).has_value());
}
