// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/locales.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(Locales) {
  const TemporaryDirectory directory;

  bool has(const char* name) const { return has_locale(name, directory.path().c_str()); }

  void add_directory(const std::string& name) const {
    mkdir((directory.path() + "/" + name).c_str(), 0755);
    directory.write(name + "/LC_CTYPE", "x");
  }

  void write_archive(const std::string& strings, uint32_t used, uint32_t magic = 0xde020109) const {
    const uint32_t head[] = {magic, 0, 0, 0, 0, 40, used, used};
    std::string archive(reinterpret_cast<const char*>(head), sizeof head);
    archive.resize(40, '\0');
    directory.write("locale-archive", archive + strings);
  }
};

TEST(Locales, ThoseOfEveryCLibraryNeedNoFiles) {
  for (const char* name : {"", "C", "POSIX", "C.UTF-8", "C.utf8"}) CHECK(has(name));
  CHECK(!has("en_US.UTF-8"));
}

TEST(Locales, ADirectoryIsALocale) {
  add_directory("en_US.utf8");
  add_directory("de_DE.iso88591@euro");
  add_directory("fr_FR");
  CHECK(has("en_US.UTF-8") && has("en_US.utf8") && has("fr_FR") && has("de_DE.8859-1@euro"));
  CHECK(!has("en_US") && !has("fr_FR.UTF-8") && !has("en_GB.UTF-8"));
}

TEST(Locales, AnArchiveHoldsMany) {
  const std::string strings("aa_DJ.utf8\0en_US.utf8\0de_DE", 27);
  write_archive(strings + '\0', 28);
  CHECK(has("en_US.UTF-8") && has("aa_DJ.UTF-8") && has("de_DE"));
  CHECK(!has("US.UTF-8") && !has("en_US") && !has("de_D"));
}

TEST(Locales, ADamagedArchiveHasNone) {
  const std::string strings("en_US.utf8\0", 11);
  write_archive(strings, 12);
  CHECK(!has("en_US.UTF-8"));
  write_archive(strings, UINT32_MAX);
  CHECK(!has("en_US.UTF-8"));
  write_archive(strings, 11, 1);
  CHECK(!has("en_US.UTF-8"));
  write_archive("", 0);
  CHECK(!has("en_US.UTF-8"));
  directory.write("locale-archive", "short");
  CHECK(!has("en_US.UTF-8"));
}

TEST(Locales, NamesCanBeOfAnyLength) {
  CHECK(!has(std::string(64, 'x').c_str()));
  CHECK(!has((std::string(63, 'x') + ".").c_str()));
  CHECK(!has((std::string(61, 'x') + ".81").c_str()));
  CHECK(!has(std::string(100000, 'x').c_str()));
}

TEST(Locales, PathsAreLeftToTheProgram) {
  CHECK(has("/home/me/locale"));
  setenv("LOCPATH", "/home/me", 1);
  CHECK(has("en_US.UTF-8"));
  unsetenv("LOCPATH");
}
