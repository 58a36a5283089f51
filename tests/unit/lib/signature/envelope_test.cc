// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/envelope.h"

#include <string>

#include "lib/signature/rejection.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway::signature;

TEST_GROUP(Envelope) {
  void refuses(const char* reason, const std::string& text) const {
    STRCMP_CONTAINS(reason, complaint<Rejection>([&] { envelope_in(text); }).c_str());
  }
  // An envelope in which one word is another.
  std::string changed(const std::string& from, const std::string& to) const {
    std::string text = envelope_of("{}", {"s"});
    return text.replace(text.find(from), from.size(), to);
  }
};

TEST(Envelope, IsRead) {
  const Envelope envelope = envelope_in(envelope_of("{\"a\":1}", {"one", std::string("t\0wo", 4), "abcd", ""}));
  STRCMP_EQUAL("{\"a\":1}", envelope.payload.c_str());
  LONGS_EQUAL(4, envelope.signatures.size());
  CHECK(envelope.signatures[1] == std::string("t\0wo", 4));
  CHECK(envelope.signatures[2] == "abcd");
}

// The example of the definition, github.com/secure-systems-lab/dsse, protocol.md.
TEST(Envelope, SignsTheTypeAndTheLengths) {
  STRCMP_EQUAL("DSSEv1 29 http://example.com/HelloWorld 11 hello world",
               signed_bytes("http://example.com/HelloWorld", "hello world").c_str());
}

TEST(Envelope, OfAnotherTypeIsRefused) { refuses("something other", changed("vnd.sylabs", "vnd.others")); }

TEST(Envelope, WithoutItsPartsIsRefused) {
  refuses("no proper \"payloadType\"", "{}");
  refuses("no proper \"payload\"", changed("\"payload\"", "\"payl\""));
  refuses("no proper \"signatures\"", changed("\"signatures\"", "\"s\""));
  refuses("no proper \"sig\"", changed("\"sig\"", "\"s\""));
  refuses("has no signature", envelope_of("{}", {}));
  refuses("too many signatures", envelope_of("{}", std::vector<std::string>(65, "s")));
  refuses("is not JSON", "");
}

TEST(Envelope, InOtherBase64IsRefused) {
  for (const char* text : {"e3", "e30", "e===", "====", "e3==e3==", "e30\\n", " e30", "e_0=", "=e30", "e31="}) {
    refuses("not in base64", changed("e30=", text));
  }
}
