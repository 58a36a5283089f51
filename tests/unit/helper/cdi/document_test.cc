// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/document.h"

#include "tests/unit/cdi_spec_file.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(CdiDocument) {
  std::string error;

  nlohmann::json read(const std::string& text) {
    try {
      error.clear();
      return cdi::document_of(text, "/etc/cdi/spec");
    } catch (const Error& caught) {
      error = caught.what();
      return nullptr;
    }
  }
  void refused(const std::string& text, const char* why) {
    read(text);
    STRCMP_CONTAINS(why, error.c_str());
    CHECK(error.starts_with("/etc/cdi/spec: "));
  }
  static std::string repeated(const std::string& text, size_t times) {
    std::string all;
    for (size_t i = 0; i < times; ++i) all += text;
    return all;
  }
};

TEST(CdiDocument, YamlAndJsonOfTheSameSpecAreOneValue) {
  for (const char* name : {"nvidia", "amd", "habana"}) {
    const nlohmann::json yaml = read(cdi_text(std::string(name) + ".yaml"));
    CHECK(yaml.is_object() && error.empty());
    CHECK(yaml == read(cdi_text(std::string(name) + ".json")));
  }
}

TEST(CdiDocument, ScalarsOfYamlAreTextsOrWholeNumbers) {
  const auto value = read("a: 1\nb: '1'\nc: 0660\nd: 0x1f\ne: -2\nf: yes\ng: 1.5\nh: ~\ni:\nj: 1_0\nk: 0o17\n1: x\n");
  CHECK(value == nlohmann::json::parse(R"({"a":1,"b":"1","c":432,"d":31,"e":-2,"f":"yes","g":"1.5","h":null,"i":null,
                                           "j":"1_0","k":15,"1":"x"})"));
}

TEST(CdiDocument, AnAliasRepeatsItsAnchor) {
  CHECK(read("a: &x [1, {b: c}]\nd: *x\n") == nlohmann::json::parse(R"({"a":[1,{"b":"c"}],"d":[1,{"b":"c"}]})"));
}

TEST(CdiDocument, WhatIsNeitherIsAnError) {
  refused("", "is empty");
  refused(" \n", "is empty");
  refused("{\"a\": 1", "is not JSON (at byte ");
  refused("{\"a\": 1} x", "is not JSON");
  refused("{\"a\": 1e999}", "holds a number that is too large");
  refused("a: [1", "is not YAML (line ");
  refused("a: *b\n", "is not YAML (line 1: ");
  refused("# nothing\n", "holds no document");
  refused("a: 1\n---\nb: 1\n", "holds more than one document");
  refused(std::string("a: 1\n\0b: 2\n", 11), "holds a NUL");
}

TEST(CdiDocument, NoKeyIsTwiceInOneObject) {
  refused(R"({"a": {"b": 1, "b": 2}})", "has \"b\" twice in one object");
  refused("a:\n  b: 1\n  b: 2\n", "line 3: has \"b\" twice in one object");
  CHECK(read("a: {b: 1}\nc: {b: 1}\n").is_object());
}

TEST(CdiDocument, KeysAreTexts) {
  refused("[a]: b\n", "line 1: a key is not a text");
  refused("~: b\n", "line 1: a key is not a text");
}

TEST(CdiDocument, NestingIsBounded) {
  refused(repeated("{\"a\":", 100'000), "is nested too deeply");
  refused("x: " + repeated("[", 10'000) + repeated("]", 10'000), "is nested too deeply");
  refused(repeated("- ", 100'000), "is nested too deeply");
  refused(repeated("? ", 100'000), "a key is not a text");
  std::string deeper = "a0: &a0 [x]\n";
  for (int i = 1; i < 20; ++i) {
    deeper += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  refused(deeper, "is nested too deeply");
}

TEST(CdiDocument, AliasesCannotMakeMuchOfLittle) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string last = "*a" + std::to_string(i - 1) + ", ";
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + repeated(last, 9) + "x]\n";
  }
  refused(bomb, "holds too many values");
  refused("a: &a " + std::string(1 << 20, 'x') + "\nb: [" + repeated("*a, ", 1000) + "x]\n", "holds too many values");
  refused("a: &a [*a]\n", "an alias stands inside its own anchor");
}

TEST(CdiDocument, FilesAndValuesAreBounded) {
  refused(std::string(cdi::kLargestFile + 1, 'x'), "is larger than 4 MiB");
  refused("{\"a\": [" + repeated("0,", cdi::kMostValues) + "0]}", "holds too many values");
  refused("a: [" + repeated("0,", cdi::kMostValues) + "0]", "holds too many values");
}
