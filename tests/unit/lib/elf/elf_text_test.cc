// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/elf_text.h"

#include <CppUTest/TestHarness.h>
#include <fcntl.h>

#include "lib/base/fd.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/temporary.h"

using namespace slipway;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST_GROUP(ElfText) {
  TemporaryDirectory directory;

  Fd library(const std::string& constants) {
    const std::string path = directory.write("library", elf_file({.needed = {"libcode.so"}, .constants = constants}));
    return Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  }
};

TEST(ElfText, FindsWordsWithTheirNuls) {
  const std::vector<bool> found =
      find_in_constants(library("x\0one\0two three\0"s).get(), {"one"sv, "\0one\0"sv, "\0two\0"sv, "three"sv});
  CHECK(found == (std::vector<bool>{true, true, false, true}));
}

TEST(ElfText, CodeIsNotSearchedWhereConstantsAreApart) {
  CHECK(!find_in_constants(library("x").get(), {"libcode.so"})[0]);
}

// Blocks are read one behind the other: a word may lie across.
TEST(ElfText, FindsAWordAnywhere) {
  for (const size_t before : {(64 << 10) - 6, (64 << 10) - 1, (64 << 10), (64 << 10) + 1}) {
    CHECK(find_in_constants(library(std::string(before, 'x') + "needle" + std::string(50, 'y')).get(), {"needle"})[0]);
  }
}

TEST(ElfText, VisitsTextsInOrder) {
  std::string all;
  visit_texts(library("a b\0\x01"
                      "c\0\0d\0cut off"s)
                  .get(),
              [&](const std::string& text) {
                all += text + "|";
                return false;
              });
  STRCMP_EQUAL("a b|c|d|", all.c_str());
}

TEST(ElfText, AVisitEndsWhereItIsToldTo) {
  int visits = 0;
  visit_texts(library("a\0b\0c\0"s).get(), [&](const std::string& text) {
    ++visits;
    return text == "b";
  });
  CHECK_EQUAL(2, visits);
}

TEST(ElfText, AFileThatIsNoElfHasNone) {
  const Fd file(open(directory.write("text", "needle").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK(!find_in_constants(file.get(), {"needle"})[0]);
}
