// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/elf.h"

#include <CppUTest/TestHarness.h>
#include <fcntl.h>

#include <algorithm>

#include "lib/base/fd.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/temporary.h"

using namespace slipway;

TEST_GROUP(Elf){static ElfFile needs_of(const std::string& path){const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
return read_elf(fd.get());
}
}
;

TEST(Elf, NamesInterpreterAndLibraries) {
  const ElfFile needs = needs_of("/bin/ls");
  STRCMP_CONTAINS("ld-linux", needs.interpreter.c_str());
  CHECK(std::find(needs.libraries.begin(), needs.libraries.end(), "libc.so.6") != needs.libraries.end());
}

TEST(Elf, AScriptNeedsNothing) {
  TemporaryDirectory directory;
  const ElfFile needs = needs_of(directory.write("script", "#!/bin/sh\n"));
  CHECK(needs.interpreter.empty());
  CHECK(needs.libraries.empty());
}

TEST(Elf, NamesWhatAFileSaysOfItself) {
  TemporaryDirectory directory;
  const ElfFile elf = needs_of(directory.write(
      "library",
      elf_file({.needed = {"liba.so.1", "libb.so.2"}, .soname = "libc.so.3", .rpath = "/r", .runpath = "/u::/v"})));
  CHECK(elf.is_elf);
  CHECK(elf.libraries == (std::vector<std::string>{"liba.so.1", "libb.so.2"}));
  STRCMP_EQUAL("libc.so.3", elf.soname.c_str());
  CHECK(elf.rpath == std::vector<std::string>{"/r"});
  CHECK(elf.runpath == (std::vector<std::string>{"/u", "/v"}));
}

TEST(Elf, AFileOfTheOtherClassIsNone) {
  TemporaryDirectory directory;
  const ElfFile elf = needs_of(directory.write("library", elf_file({.needed = {"liba.so"}, .is_other_class = true})));
  CHECK(!elf.is_elf);
  CHECK(elf.libraries.empty());
}

TEST(Elf, NamesTheVersionsThatItNeedsAndDefines) {
  TemporaryDirectory directory;
  const std::string path =
      directory.write("library", elf_file({.needed = {"liba.so.1"},
                                           .needed_versions = {{"liba.so.1", {"A_1", "A_2"}}, {"libb.so.1", {"B_1"}}},
                                           .defined_versions = {"libc.so.3", "C_1", "C_2"}}));
  const ElfVersions versions = read_elf_versions(Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC)).get());
  CHECK_EQUAL(2, versions.needed.size());
  STRCMP_EQUAL("liba.so.1", versions.needed[0].library.c_str());
  CHECK(versions.needed[0].versions == (std::vector<std::string>{"A_1", "A_2"}));
  CHECK(versions.needed[1].versions == std::vector<std::string>{"B_1"});
  CHECK(versions.defined == (std::vector<std::string>{"libc.so.3", "C_1", "C_2"}));
}

TEST(Elf, ARealProgramNeedsAVersionOfTheCLibrary) {
  const ElfVersions versions = read_elf_versions(Fd(open("/bin/ls", O_RDONLY | O_CLOEXEC)).get());
  CHECK(std::any_of(versions.needed.begin(), versions.needed.end(), [](const ElfVersions::Needed& needed) {
    return needed.library == "libc.so.6" && !needed.versions.empty() && needed.versions[0].starts_with("GLIBC_2.");
  }));
}

// Each record tells where the next one is: lies must not make that endless.
TEST(Elf, SurvivesLyingTablesOfVersions) {
  const std::string bytes = elf_file({.needed = {},
                                      .needed_versions = {{"liba.so.1", {"A_1", "A_2"}}, {"libb.so.1", {"B_1"}}},
                                      .defined_versions = {"C_1", "C_2"}});
  TemporaryDirectory directory;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = '\xff';
    for (const std::string& wrong : {damaged, bytes.substr(0, at)}) {
      const std::string path = directory.write("damaged", wrong);
      const ElfVersions versions = read_elf_versions(Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC)).get());
      CHECK(versions.needed.size() <= 4096);
      CHECK(versions.defined.size() <= 4096);
    }
  }
}

// Whatever is cut off or turned over, it ends and names nothing outside the file.
TEST(Elf, SurvivesDamage) {
  const Fd original(open("/bin/ls", O_RDONLY | O_CLOEXEC));
  std::string bytes(4096, '\0');
  bytes.resize(pread(original.get(), bytes.data(), bytes.size(), 0));
  TemporaryDirectory directory;
  for (size_t at = 0; at < 1024; at += 3) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(~damaged[at]);
    needs_of(directory.write("damaged", damaged));
    needs_of(directory.write("short", bytes.substr(0, at)));
  }
}
