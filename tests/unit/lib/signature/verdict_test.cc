// SPDX-License-Identifier: BSD-3-Clause

// The verdict on an image whose signatures say what a test lets them say; nothing is signed here.
#include "lib/signature/verdict.h"

#include <fcntl.h>

#include <map>
#include <string>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/signature/image_digests.h"
#include "lib/signature/rejection.h"
#include "tests/unit/signed_image.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::signature;
using slipway::Error;

TEST_GROUP(Verdict) {
  TemporaryDirectory directory;
  SifFile file;
  std::map<uint32_t, VerifiedText> texts;  // by signature object; one that is not here was not made with a given key
  const Signer alice{"A", "alice"}, bob{"B", "bob"};

  // Two groups: objects 1 and 2, and object 5.
  void setup() override {
    file.objects[0].content = "root";
    file.objects.push_back({.type = 0x4007, .id = 2, .name = "two", .content = "second"});
    file.objects.push_back({.type = 0x4007, .id = 5, .group = 0xf0000002, .name = "five", .content = "fifth"});
  }
  void sign(uint32_t id, uint32_t group, const std::vector<Signer>& signers) {
    texts[id] = {payload_of(file.bytes(), group), signers};
    file.objects.push_back(signature_object("message", id, "", group));
  }
  void sign_all() {
    sign(11, 1, {alice});
    sign(12, 2, {alice, bob});
  }
  Verdict verdict() const {
    const Fd fd(open(directory.write("image.sif", file.bytes()).c_str(), O_RDONLY | O_CLOEXEC));
    ObjectDigests digests(fd.get(), "image.sif");
    const Verify verify = [&](const sif::Object& object) {
      if (!texts.contains(object.id)) throw Rejection("unknown key");
      return texts.at(object.id);
    };
    return judge(sif::read(fd.get(), "image.sif"), verify,
                 [&](const sif::Object& object, Hash hash) { return digests.of(object, hash); });
  }
  // Group 1 is not covered, for this reason.
  void refuses_group_1(const char* reason) const {
    const Verdict judged = verdict();
    CHECK_FALSE(judged.covers_all());
    STRCMP_CONTAINS(reason, judged.groups[0].reason.c_str());
    CHECK(judged.groups[0].signers.empty());
    CHECK(judged.signers_of_all().empty());
    CHECK_FALSE(judged.uncovered.empty());
  }
};

TEST(Verdict, CoversAllThatIsSigned) {
  sign_all();
  const Verdict judged = verdict();
  CHECK_TRUE(judged.covers_all());
  LONGS_EQUAL(2, judged.groups.size());
  CHECK((judged.groups[0].objects == std::vector<uint32_t>{1, 2}));
  CHECK((judged.groups[0].signers == std::vector<Signer>{alice}));
  CHECK((judged.groups[1].signers == std::vector<Signer>{alice, bob}));
  CHECK((judged.signers_of_all() == std::vector<Signer>{alice}));
  STRCMP_EQUAL("", judged.groups[0].reason.c_str());
}

TEST(Verdict, CountsTheSignersOfSeveralSignatures) {
  sign_all();
  sign(13, 1, {bob});
  sign(14, 1, {alice});
  CHECK((verdict().signers_of_all() == std::vector<Signer>{alice, bob}));
}

TEST(Verdict, AnUnsignedGroupIsUncovered) {
  sign(12, 2, {alice});
  refuses_group_1("it has no signature");
}

TEST(Verdict, ASignatureOfAnotherKeyCoversNothing) {
  sign_all();
  texts.erase(11);
  refuses_group_1("signature 11: unknown key");
  CHECK((verdict().groups[1].signers == std::vector<Signer>{alice, bob}));
  LONGS_EQUAL(2, verdict().uncovered.size());
}

TEST(Verdict, ASignatureOfAnotherKeyBesideAGoodOneDoesNoHarm) {
  sign_all();
  sign(13, 1, {bob});
  texts.erase(13);
  const Verdict judged = verdict();
  CHECK_TRUE(judged.covers_all());
  STRCMP_EQUAL("unknown key", judged.signatures[2].reason.c_str());
}

TEST(Verdict, AnObjectAddedToASignedGroupIsRefused) {
  sign_all();
  file.objects.push_back({.type = 0x4007, .id = 20, .content = "added"});
  refuses_group_1("object 20 is not among the objects that were signed");
}

TEST(Verdict, AnObjectTakenFromASignedGroupIsRefused) {
  sign_all();
  file.objects[1].used = 0;
  refuses_group_1("an object that was signed is missing");
}

TEST(Verdict, AnObjectMovedToAnotherGroupIsRefused) {
  sign_all();
  file.objects[1].group = 0xf0000002;
  refuses_group_1("is missing");
}

TEST(Verdict, AnObjectOfNoGroupIsUncovered) {
  sign_all();
  file.objects.push_back({.type = 0x4007, .id = 20, .group = 0xf0000000, .content = "alone"});
  const Verdict judged = verdict();
  CHECK_FALSE(judged.covers_all());
  CHECK(judged.signers_of_all().empty());
  LONGS_EQUAL(1, judged.uncovered.size());
  LONGS_EQUAL(20, judged.uncovered[0].object);
}

TEST(Verdict, ASignatureThatIsMovedToAnotherGroupIsRefused) {
  sign_all();
  file.objects[3].link = 0xf0000002;
  refuses_group_1("it has no signature");
  STRCMP_CONTAINS("is not the one that was signed", verdict().signatures[0].reason.c_str());
}

TEST(Verdict, ASignatureOfNoGroupIsRefused) {
  sign_all();
  file.objects[3].link = 0xf0000009;
  STRCMP_CONTAINS("a group that the image does not have", verdict().signatures[0].reason.c_str());
  file.objects[3].link = 1;
  STRCMP_CONTAINS("legacy kind", verdict().signatures[0].reason.c_str());
  file.objects[3].link = 0xf0000001;
  file.objects[3].group = 0xf0000003;
  STRCMP_CONTAINS("itself in a group", verdict().signatures[0].reason.c_str());
  CHECK_FALSE(verdict().covers_all());
}

TEST(Verdict, OtherContentIsRefused) {
  sign_all();
  file.objects[1].content = "SECOND";
  refuses_group_1("the content of object 2 is not what was signed");
}

TEST(Verdict, AnotherDescriptionIsRefused) {
  sign_all();
  file.objects[1].name = "2";
  refuses_group_1("the description of object 2");
}

TEST(Verdict, AnotherHeaderIsRefused) {
  sign_all();
  texts[11].text.replace(texts[11].text.find("sha256:") + 7, 64, std::string(64, '0'));
  refuses_group_1("the image's header is not the one that was signed");
}

TEST(Verdict, AHashOutsideSha2IsRefused) {
  sign_all();
  for (const int hash : {0, 4, 5}) {
    put(file.objects[3].extra, 0, hash, 4);
    refuses_group_1("a hash that is not of SHA-2");
  }
}

TEST(Verdict, AVerifiedTextThatIsNoPayloadIsRefused) {
  sign_all();
  texts[11].text = "SIFHASH:\n00";
  refuses_group_1("legacy kind");
}

TEST(Verdict, AnImageWithoutGroupsIsNotCovered) {
  file.objects = {signature_object("message", 1)};
  CHECK(verdict().groups.empty() && verdict().uncovered.empty());
  CHECK_FALSE(verdict().covers_all());
}

TEST(Verdict, AnImageWithSignaturesBeyondTheBoundIsNotJudged) {
  for (uint32_t i = 0; i < 255; ++i) file.objects.push_back(signature_object("m", 100 + i));
  file.table_offset = 128, file.data_offset = 1 << 18;
  sign(999, 1, {alice});
  LONGS_EQUAL(256, verdict().signatures.size());
  file.objects.push_back(signature_object("m", 1000));
  CHECK_THROWS(Error, verdict());
}
