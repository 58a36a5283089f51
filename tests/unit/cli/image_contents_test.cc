// SPDX-License-Identifier: BSD-3-Clause
#include "cli/image_contents.h"

#include <fcntl.h>

#include "tests/unit/image_tree.h"
#include "tests/unit/sif_file.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using nlohmann::json;

TEST_GROUP(ImageContents) {
  ImageTree tree;
  TemporaryDirectory directory;

  // As JSON, with ' for ".
  std::string contents(const char* key) {
    std::string text = contents_in(tree.files())[key].dump();
    for (char& byte : text) {
      if (byte == '"') byte = '\'';
    }
    return text;
  }

  json described(const std::string& bytes) const {
    const Fd file(open(directory.write("image", bytes).c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status;
    fstat(file.get(), &status);
    return describe_contents(file.get(), "image", status);
  }
};

TEST(ImageContents, AnImageMayHoldNothing) {
  tree.write("/bin/sh", "");
  STRCMP_EQUAL("null", contents("runscript").c_str());
  STRCMP_EQUAL("null", contents("definition").c_str());
  STRCMP_EQUAL("{}", contents("labels").c_str());
  STRCMP_EQUAL("[]", contents("environment").c_str());
  STRCMP_EQUAL("[]", contents("apps").c_str());
  STRCMP_EQUAL("null", contents("unknown").c_str());
}

TEST(ImageContents, AreReadWhereApptainerWritesThem) {
  tree.write("/.singularity.d/runscript", "#!/bin/sh\n\techo\n");
  tree.write("/.singularity.d/Singularity", "Bootstrap: docker\n");
  tree.write("/.singularity.d/labels.json", R"({"b": "2", "a": "one", "nested": {"c": 1}})");
  tree.write("/.singularity.d/env/90-environment.sh", "export B=2");
  tree.write("/.singularity.d/env/10-base.sh", "export A=1");
  tree.write("/.singularity.d/env/readme.txt", "");
  tree.write("/scif/apps/foo/scif/runscript", "");
  tree.write("/scif/apps/bar/scif/runscript", "");
  STRCMP_EQUAL("'#!/bin/sh\\n\\techo\\n'", contents("runscript").c_str());
  STRCMP_EQUAL("'Bootstrap: docker\\n'", contents("definition").c_str());
  STRCMP_EQUAL("{'a':'one','b':'2','nested':'{\\'c\\':1}'}", contents("labels").c_str());
  STRCMP_EQUAL("[{'script':'10-base.sh','text':'export A=1'},{'script':'90-environment.sh','text':'export B=2'}]",
               contents("environment").c_str());
  STRCMP_EQUAL("['bar','foo']", contents("apps").c_str());
}

TEST(ImageContents, LabelsThatAreNoObjectAreNone) {
  for (const char* text : {"", "x", "[1]", "\"a\"", "{\"a\":"}) {
    tree.write("/.singularity.d/labels.json", text);
    STRCMP_EQUAL("{}", contents("labels").c_str());
  }
}

TEST(ImageContents, WhatIsLongIsCutOff) {
  tree.write("/.singularity.d/runscript", std::string(300'000, 'x'));
  const std::string text = contents_in(tree.files())["runscript"].get<std::string>();
  CHECK(text.size() < 263'000);
  STRCMP_CONTAINS("x\n[cut off by slipway inspect: it is longer]\n", text.substr(262'000).c_str());
}

TEST(ImageContents, ThereIsAnEndToAllTogether) {
  for (int i = 10; i < 99; ++i) {
    tree.write("/.singularity.d/env/" + std::to_string(i) + ".sh", std::string(200'000, 'x'));
  }
  CHECK(contents_in(tree.files()).dump().size() < 1'100'000);
}

// Here without a file system that could be read.
TEST(ImageContents, ObjectsOfASifCountToo) {
  const SifFile sif{.objects = {{.type = 0x4001, .id = 1, .content = "From: \x1b debian\n"},
                                {.type = 0x4001, .id = 2, .content = "another"},
                                {.type = 0x4003, .id = 3, .content = R"({"a": "1"})"},
                                {.type = 0x4003, .id = 4, .content = R"({"a": "2", "b": "2"})"},
                                {.id = 5}}};
  const json contents = described(sif.bytes());
  STRCMP_EQUAL("From: \\x1b debian\n", contents["definition"].get<std::string>().c_str());
  STRCMP_EQUAL(R"({"a":"1","b":"2"})", contents["labels"].dump().c_str());
  CHECK(contents["unknown"].is_string());
}

TEST(ImageContents, WhatIsNoImageIsUnknown) {
  STRCMP_CONTAINS("is not an image", described("text")["unknown"].get<std::string>().c_str());
}

TEST(ImageContents, HoldNothingForATerminal) {
  tree.write("/.singularity.d/runscript", std::string("a\x1b[2J\nb\0c\n", 10));
  tree.write("/.singularity.d/env/\x1b.sh", "\xff");
  tree.write("/.singularity.d/labels.json", R"({"\u001b": "a\u009b\n"})");
  STRCMP_EQUAL("'a\\\\x1b[2J\\nb\\\\x00c\\n'", contents("runscript").c_str());
  STRCMP_EQUAL("[{'script':'\\\\x1b.sh','text':'\\\\xff'}]", contents("environment").c_str());
  STRCMP_EQUAL("{'\\\\x1b':'a\\\\xc2\\\\x9b\\n'}", contents("labels").c_str());
}

TEST(ImageContents, APrintableTextKeepsItsLines) {
  STRCMP_EQUAL("", printable_text("").c_str());
  STRCMP_EQUAL("a\n\n\tb", printable_text("a\n\n\tb").c_str());
  STRCMP_EQUAL("a\\x0d\n", printable_text("a\r\n").c_str());
  STRCMP_EQUAL("\\x00\\x00", printable_text(std::string(2, '\0')).c_str());
  const std::string line(5000, 'x');
  STRCMP_EQUAL(line.c_str(), printable_text(line).c_str());
}
