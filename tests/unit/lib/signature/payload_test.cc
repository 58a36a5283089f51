// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/payload.h"

#include <string>

#include "lib/signature/rejection.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway::signature;

TEST_GROUP(Payload) {
  const std::string digest = sha256("x");
  const std::string object = object_of("0");

  std::string object_of(const std::string& id) const {
    return "{\"relativeId\":" + id + ",\"descriptorDigest\":\"" + digest + "\",\"objectDigest\":\"" + digest + "\"}";
  }
  std::string text_of(const std::string& objects, const std::string& version = "1") const {
    return "{\"version\":" + version + ",\"header\":{\"digest\":\"" + digest + "\"},\"objects\":[" + objects + "]}";
  }
  void refuses(const char* reason, const std::string& text) const {
    STRCMP_CONTAINS(reason, complaint<Rejection>([&] { payload_in(text); }).c_str());
  }
};

TEST(Payload, IsRead) {
  const Payload payload = payload_in(text_of(object + "," + object_of("7")) + "\n");
  CHECK(payload.header == digest_of(Hash::kSha256, "x"));
  LONGS_EQUAL(2, payload.objects.size());
  LONGS_EQUAL(7, payload.objects[1].relative_id);
}

TEST(Payload, OfTheLegacyKindIsRefused) { refuses("legacy", "SIFHASH:\n0b7e"); }

TEST(Payload, ThatIsNoProperJsonIsRefused) {
  for (const std::string& text : {std::string(), std::string("{"), text_of(object) + "x", text_of(object) + "{}",
                                  text_of("\xff")}) {
    refuses("is not JSON", text);
  }
  refuses("nested too deeply", std::string(100000, '['));
}

TEST(Payload, OfAnotherVersionIsRefused) {
  for (const std::string& text : {text_of(object, "2"), text_of(object, "\"1\""), std::string("[]")}) {
    refuses("is not of version 1", text);
  }
}

TEST(Payload, WithoutAProperDigestIsRefused) {
  std::string text = text_of(object);
  text.replace(text.find("sha256"), 6, "blake2s");
  refuses("\"digest\" that is no digest of SHA-2", text);
  text = text_of(object);
  text.replace(text.rfind("sha256"), 6, "sha1");
  refuses("\"objectDigest\" that is no digest of SHA-2", text);
  refuses("no proper \"descriptorDigest\"", text_of("{\"relativeId\":0}"));
}

TEST(Payload, WithAnImpossibleIdIsRefused) {
  for (const char* id : {"-1", "4294967296", "1.0", "\"0\"", "null"}) refuses("relativeId", text_of(object_of(id)));
  refuses("relativeId", text_of("[]"));
}

TEST(Payload, ThatNamesAnObjectTwiceIsRefused) {
  refuses("an object twice", text_of(object + "," + object));
  refuses("a key twice", "{\"version\":1,\"version\":1}");
}

TEST(Payload, OfNoObjectsIsRefused) { refuses("names no objects", text_of("")); }
