// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/registry.h"

#include <sys/stat.h>

#include "tests/unit/cdi_spec_file.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(CdiRegistry) {
  TemporaryDirectory directory;

  void setup() override {
    for (const char* name : {"/etc", "/run"}) mkdir((directory.path() + name).c_str(), 0755);
  }
  // A spec with these devices, each of which sets a variable to the file's name.
  void write(const std::string& file, const std::string& devices, const char* kind = "vendor.com/class") {
    std::string text = "cdiVersion: 0.5.0\nkind: " + std::string(kind) + "\ndevices:\n";
    for (char name : devices) {
      text += std::string("- {name: ") + name + ", containerEdits: {env: [FILE=" + file + "]}}\n";
    }
    directory.write(file, text);
  }
  CdiRegistry read() const { return cdi::read_registry({directory.path() + "/etc", directory.path() + "/run"}); }
  // "a from etc/x.yaml, ..."
  static std::string described(const CdiRegistry& registry) {
    std::string text;
    for (const CdiSpec& spec : registry.specs) {
      for (const CdiDevice& device : spec.devices) text += device.name + " " + device.edits.environment.at(0) + "\n";
    }
    return text;
  }
};

TEST(CdiRegistry, AllSpecFilesOfADirectoryCount) {
  write("etc/b.yaml", "b");
  write("etc/a.json", "a");
  write("etc/c.yml", "c");
  mkdir((directory.path() + "/etc/d.yaml").c_str(), 0755);
  const CdiRegistry registry = read();
  STRCMP_EQUAL("a FILE=etc/a.json\nb FILE=etc/b.yaml\n", described(registry).c_str());
  STRCMP_EQUAL((directory.path() + "/etc/a.json").c_str(), registry.specs[0].file.c_str());
  CHECK(registry.errors.empty() && registry.conflicts.empty());
}

TEST(CdiRegistry, ALaterDirectoryWins) {
  write("etc/a.yaml", "ab");
  write("run/a.yaml", "a");
  STRCMP_EQUAL("b FILE=etc/a.yaml\na FILE=run/a.yaml\n", described(read()).c_str());
  write("run/b.yaml", "b");
  STRCMP_EQUAL("a FILE=run/a.yaml\nb FILE=run/b.yaml\n", described(read()).c_str());
}

TEST(CdiRegistry, TwiceInOneDirectoryIsAConflict) {
  write("etc/a.yaml", "ab");
  write("etc/b.yaml", "ac");
  const CdiRegistry registry = read();
  STRCMP_EQUAL("b FILE=etc/a.yaml\nc FILE=etc/b.yaml\n", described(registry).c_str());
  LONGS_EQUAL(1, registry.conflicts.size());
  STRCMP_EQUAL("vendor.com/class=a", registry.conflicts[0].device.c_str());
  STRCMP_EQUAL((directory.path() + "/etc/a.yaml and " + directory.path() + "/etc/b.yaml").c_str(),
               registry.conflicts[0].files.c_str());
}

TEST(CdiRegistry, ALaterDirectoryEndsAConflict) {
  write("etc/a.yaml", "a");
  write("etc/b.yaml", "a");
  write("run/c.yaml", "a");
  const CdiRegistry registry = read();
  STRCMP_EQUAL("a FILE=run/c.yaml\n", described(registry).c_str());
  CHECK(registry.conflicts.empty());
}

TEST(CdiRegistry, OtherKindsHaveDevicesOfTheSameName) {
  write("etc/a.yaml", "a");
  write("etc/b.yaml", "a", "vendor.com/other");
  STRCMP_EQUAL("a FILE=etc/a.yaml\na FILE=etc/b.yaml\n", described(read()).c_str());
}

TEST(CdiRegistry, WhatIsWrongWithAFileDoesNotTouchOthers) {
  write("etc/a.yaml", "a");
  directory.write("etc/b.yaml", "cdiVersion: 0.5.0\n");
  directory.write("etc/c.yaml", std::string(cdi::kLargestFile + 1, 'x'));
  mkfifo((directory.path() + "/run/d.json").c_str(), 0644);
  const CdiRegistry registry = read();
  STRCMP_EQUAL("a FILE=etc/a.yaml\n", described(registry).c_str());
  LONGS_EQUAL(3, registry.errors.size());
  STRCMP_CONTAINS("/etc/b.yaml: kind is missing; ", registry.errors[0].c_str());
  STRCMP_CONTAINS("/etc/c.yaml: is larger than 4 MiB; ", registry.errors[1].c_str());
  STRCMP_CONTAINS("/run/d.json: is not a regular file; ", registry.errors[2].c_str());
}

TEST(CdiRegistry, ADirectoryThatIsMissingIsNone) {
  CHECK(cdi::read_registry({directory.path() + "/nowhere"}).errors.empty());
}
