// SPDX-License-Identifier: BSD-3-Clause

// Whole images: signed here by gpg and openssl, and those of the shared test data.
#include <fcntl.h>
#include <sys/mman.h>

#include <filesystem>
#include <string>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/signature/image.h"
#include "lib/signature/verdict_json.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::signature;

TEST_GROUP(SignedImage) {
  [[maybe_unused]] Quiet quiet;
  Keyring keyring;
  PublicKeys keys;
  const KeyPair pair{"-algorithm ED25519"};
  SifFile file;
  std::string data;

  void setup() override {
    file.table_offset = 128, file.data_offset = 8192;
    file.objects[0].content = "a root of few bytes";
    file.objects[0].alignment = 1;
    file.objects.push_back({.type = 0x4007, .id = 2, .name = "two", .content = "second", .alignment = 1});
    keys.add(pair.pem(), "key.pem");
    const char* const variable = getenv("SLIPWAY_TEST_DATA");
    data = variable ? variable : std::string(TOP_SOURCE_DIRECTORY) + "/../shared/data";
  }
  bool has_data() const {
    if (std::filesystem::exists(data + "/sif")) return true;
    printf("skipped: no shared test data in %s\n", data.c_str());
    return false;
  }
  std::string bytes_of(const std::string& name) const {
    std::ostringstream bytes;
    bytes << std::ifstream(data + "/sif/" + name, std::ios::binary).rdbuf();
    return bytes.str();
  }
  void take_the_key_of_others() { keyring.add(bytes_of("sylabs-sif-test-key.asc"), "key"); }
  void sign() {
    const std::string payload = payload_of(file.bytes());
    file.objects.push_back(signature_object(envelope_of(payload, {pair.sign(enveloped(payload), "")}), 3));
  }
  Verdict verdict_on(const std::string& bytes) const {
    const Fd fd(memfd_create("image", MFD_CLOEXEC));
    LONGS_EQUAL(bytes.size(), write(fd.get(), bytes.data(), bytes.size()));
    return verdict_on_image(fd.get(), "image.sif", keyring, keys);
  }
  bool covers(const std::string& bytes) const {
    try {
      return verdict_on(bytes).covers_all();
    } catch (const Error&) {
      return false;
    }
  }
  // Every byte that a signature covers of header and descriptors, and some of each object's.
  void refuses_each_change(std::string bytes, size_t step) const {
    CHECK_TRUE(covers(bytes));
    const auto refuses = [&](size_t offset) {
      bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
      CHECK_FALSE_TEXT(covers(bytes), ("byte " + std::to_string(offset)).c_str());
      bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
    };
    for (size_t i = 0; i < 64; ++i) {
      if (i < 45 || i >= 48) refuses(i);
    }
    const size_t table = number_at(bytes, 96, 8), total = number_at(bytes, 88, 8);
    for (size_t i = 0; i < total; ++i) {
      const size_t descriptor = table + i * 585;
      if (number_at(bytes, descriptor + 9, 4) == 0xf0000000 || bytes[descriptor + 4] == 0) continue;
      for (size_t byte = 0; byte < 585; ++byte) {
        const bool uncovered = (byte >= 33 && byte < 41) || (byte >= 49 && byte < 57);  // padded size, modified
        if (!uncovered) refuses(descriptor + byte);
      }
      const size_t offset = number_at(bytes, descriptor + 17, 8), size = number_at(bytes, descriptor + 25, 8);
      for (size_t byte = 0; byte < size; byte += step) refuses(offset + byte);
      refuses(offset + size - 1);
    }
  }
};

TEST(SignedImage, WithAPublicKeyIsCovered) {
  sign();
  const Verdict verdict = verdict_on(file.bytes());
  CHECK_TRUE(verdict.covers_all());
  STRCMP_EQUAL("key.pem", verdict.signers_of_all()[0].name.c_str());
}

TEST(SignedImage, WithGnupgIsCovered) {
  const Gnupg gnupg;
  const std::string key = gnupg.make_key("alice");
  keyring.add(gnupg.exported(), "keyring");
  file.objects.push_back(signature_object(gnupg.sign(payload_of(file.bytes()), key), 3, key));
  const Verdict verdict = verdict_on(file.bytes());
  CHECK_TRUE(verdict.covers_all());
  STRCMP_EQUAL(key.c_str(), verdict.signers_of_all()[0].key.c_str());
}

TEST(SignedImage, IsRefusedWithAnyByteChanged) {
  sign();
  refuses_each_change(file.bytes(), 1);
}

TEST(SignedImage, IsRefusedWithAnyByteOfItsSignatureChanged) {
  sign();
  std::string bytes = file.bytes();
  const size_t begin = bytes.rfind("{\"payloadType"), end = bytes.rfind("\"}]}");
  for (size_t i = begin; i < end; ++i) {
    if (bytes.compare(i, 14, "\"keyid\":\"x\",\"s") == 0) i += 11;  // a key id proves nothing
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    CHECK_FALSE_TEXT(covers(bytes), ("byte " + std::to_string(i - begin)).c_str());
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
  }
  CHECK_TRUE(covers(bytes));
}

TEST(SignedImage, IsRefusedWithoutItsSignature) {
  sign();
  file.objects.back().used = 0;
  const Verdict verdict = verdict_on(file.bytes());
  CHECK_FALSE(verdict.covers_all());
  STRCMP_EQUAL("it has no signature", verdict.groups[0].reason.c_str());
}

TEST(SignedImage, IsRefusedWithASignatureTooLarge) {
  sign();
  file.objects.back().content.resize((4 << 20) + 1, '\n');
  STRCMP_EQUAL("it is too large for a signature", verdict_on(file.bytes()).signatures[0].reason.c_str());
}

TEST(SignedImage, OfAnotherFormatIsAnError) {
  const std::string sentence = complaint<Error>([&] { verdict_on(squashfs_bytes()); });
  STRCMP_EQUAL("image.sif: is not a SIF image, and only these carry signatures; name a SIF image", sentence.c_str());
}

TEST(SignedImage, IsToldInJson) {
  sign();
  const nlohmann::json told = json_of(verdict_on(file.bytes()), "image.sif");
  CHECK_TRUE(told["covered"].get<bool>());
  STRCMP_EQUAL("key.pem", told["signers_of_all"][0]["name"].get<std::string>().c_str());
  CHECK(told["groups"][0]["objects"] == nlohmann::json::parse("[1, 2]"));
}

TEST(SignedImage, OfOthersIsCovered) {
  if (!has_data()) return;
  take_the_key_of_others();
  for (const char* name : {"one-group-signed-pgp.sif", "two-groups-signed-pgp.sif"}) {
    const Verdict verdict = verdict_on(bytes_of(name));
    CHECK_TRUE_TEXT(verdict.covers_all(), name);
    STRCMP_EQUAL("12045C8C0B1004D058DE4BEDA20C27EE7FF7BA84", verdict.signers_of_all()[0].key.c_str());
    STRCMP_EQUAL("Unit Test <unit@test.com>", verdict.signers_of_all()[0].name.c_str());
  }
}

TEST(SignedImage, OfOthersIsRefusedWithAnyByteChanged) {
  if (!has_data()) return;
  take_the_key_of_others();
  refuses_each_change(bytes_of("one-group-signed-pgp.sif"), 97);
}

// Nothing in it is covered by what the others signed: the key of this envelope is not in hand, so only that it is read,
// and refused with another key, is seen here.
TEST(SignedImage, OfOthersWithDsseIsRefusedWithAnotherKey) {
  if (!has_data()) return;
  const Verdict verdict = verdict_on(bytes_of("one-group-signed-dsse.sif"));
  CHECK_FALSE(verdict.covers_all());
  STRCMP_EQUAL("none of the given public keys made it", verdict.signatures[0].reason.c_str());
}

TEST(SignedImage, OfTheLegacyKindIsRefused) {
  if (!has_data()) return;
  take_the_key_of_others();
  const Verdict verdict = verdict_on(bytes_of("one-group-signed-legacy.sif"));
  CHECK_FALSE(verdict.covers_all());
  STRCMP_CONTAINS("legacy", verdict.signatures[0].reason.c_str());
}

TEST(SignedImage, OfAnUnknownKeyIsToldSo) {
  if (!has_data()) return;
  take_the_key_of_others();
  const Verdict verdict = verdict_on(bytes_of("busybox_amd64.sif"));
  CHECK_FALSE(verdict.covers_all());
  STRCMP_CONTAINS("not among the given ones; the image names key 1137E72E6816BFC06D9CAA0D15F3F4F4F14B03B2",
                  verdict.signatures[0].reason.c_str());
}
