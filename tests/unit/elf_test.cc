#include "helper/elf.h"

#include <fcntl.h>

#include <algorithm>

#include <CppUTest/TestHarness.h>

#include "helper/fd.h"
#include "tests/unit/temporary.h"

using namespace slipway;

TEST_GROUP(Elf) {
  static ElfNeeds needs_of(const std::string& path) {
    const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return read_elf_needs(fd.get());
  }
};

TEST(Elf, NamesInterpreterAndLibraries) {
  const ElfNeeds needs = needs_of("/bin/ls");
  STRCMP_CONTAINS("ld-linux", needs.interpreter.c_str());
  CHECK(std::find(needs.libraries.begin(), needs.libraries.end(), "libc.so.6") != needs.libraries.end());
}

TEST(Elf, AScriptNeedsNothing) {
  TemporaryDirectory directory;
  const ElfNeeds needs = needs_of(directory.write("script", "#!/bin/sh\n"));
  CHECK(needs.interpreter.empty());
  CHECK(needs.libraries.empty());
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
