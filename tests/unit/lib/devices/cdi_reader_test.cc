// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/cdi_reader.h"

#include <sys/stat.h>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

// The programs are shell scripts in the reader's place, except the one that is called real.
TEST_GROUP(CdiReader) {
  TemporaryDirectory directory;
  const std::string specs = directory.path() + "/cdi";

  // Where these tests are root's, the reader is nobody.
  void setup() override {
    chmod(directory.path().c_str(), 0755);
    mkdir(specs.c_str(), 0755);
  }
  void add_spec(const char* name) const { directory.write(std::string("cdi/") + name, "x"); }
  std::string program(const std::string& script) const {
    return directory.write("program", "#!/bin/sh\n" + script + "\n", 0755);
  }
  CdiRegistry read(const std::string& program) const { return read_cdi_registry({specs}, program.c_str()); }
  void fails(const std::string& program, const char* why) const {
    try {
      read(program);
      FAIL(program.c_str());
    } catch (const Error& error) {
      STRCMP_CONTAINS(why, error.what());
    }
  }
};

TEST(CdiReader, WithoutSpecsNothingIsStarted) {
  directory.write("cdi/README", "x");
  mkdir((specs + "/old.yaml").c_str(), 0755);
  CHECK_FALSE(has_cdi_specs({specs, "/nowhere/at/all"}));
  CHECK(read("/nowhere/program").specs.empty());
}

TEST(CdiReader, SpecsAreFoundInOrder) {
  for (const char* name : {"b.json", "a.yaml", "c.yml"}) add_spec(name);
  CHECK_TRUE(has_cdi_specs({"/nowhere", specs}));
  CHECK(cdi_files_in(specs) == (std::vector<std::string>{specs + "/a.yaml", specs + "/b.json"}));
}

TEST(CdiReader, TheAnswerIsARegistry) {
  add_spec("a.yaml");
  const CdiRegistry registry = read(program("printf 'release=" PACKAGE_VERSION
                                            "\\0error=%s %s\\0' \"$1\" \"$(env | grep -v ^_= | grep -v ^PWD=)\""));
  STRCMP_EQUAL((specs + " ").c_str(), registry.errors.at(0).c_str());  // no variable but the shell's own
}

TEST(CdiReader, TheProgramHoldsNothingOfOurs) {
  add_spec("a.yaml");
  const CdiRegistry registry =
      read(program("printf 'release=" PACKAGE_VERSION "\\0error='; ls /proc/$$/fd; printf '\\0'"));
  // 10 is the shell's own descriptor of the script.
  STRCMP_EQUAL("0\n1\n10\n2\n", registry.errors.at(0).c_str());
}

TEST(CdiReader, AProgramThatIsMissingIsAnError) {
  add_spec("a.yaml");
  fails("/nowhere/slipway-cdi", "/nowhere/slipway-cdi: this slipway was built without yaml-cpp; ask the admin to");
}

TEST(CdiReader, NoAnswerIsAnError) {
  add_spec("a.yaml");
  fails(program("exit 3"), "gave no answer");
  fails(program("printf 'release=" PACKAGE_VERSION "\\0'; kill -9 $$"), "gave no answer");
  fails(program("exit 0"), "gave no answer");
  fails(program("echo hello"), "different releases");
}

TEST(CdiReader, AnEndlessAnswerIsCutShort) {
  add_spec("a.yaml");
  fails(program("exec cat /dev/zero"), "gave no answer");
}

TEST(CdiReader, AProgramThatHangsIsNotWaitedFor) {
  add_spec("a.yaml");
  try {
    read_cdi_registry({specs}, program("exec sleep 100").c_str(), std::chrono::seconds(1));
    FAIL("no error");
  } catch (const Error& error) {
    STRCMP_CONTAINS("gave no answer", error.what());
  }
}

#ifdef CDI_READER
TEST(CdiReader, TheRealOneReadsRealisticSpecs) {
  for (const char* name : {"nvidia.yaml", "amd.json", "habana.yaml"}) {
    const std::string path = TOP_SOURCE_DIRECTORY "/tests/unit/cdi/" + std::string(name);
    directory.write(std::string("cdi/") + name, text_of_file(path));
  }
  directory.write("cdi/wrong.json", "{}");
  const std::string reader = directory.path() + "/slipway-cdi";
  std::filesystem::copy_file(CDI_READER, reader);
  const CdiRegistry registry = read(reader);
  LONGS_EQUAL(3, registry.specs.size());
  STRCMP_EQUAL("amd.com/gpu", registry.specs[0].kind.c_str());
  STRCMP_EQUAL("nvidia.com/gpu", registry.specs[2].kind.c_str());
  STRCMP_EQUAL("1", cdi_device_of_node(registry, "/dev/nvidia1")->device->name.c_str());
  STRCMP_EQUAL("0", cdi_device_of_node(registry, "/dev/accel/accel8")->device->name.c_str());
  STRCMP_CONTAINS((specs + "/wrong.json: cdiVersion is missing; ask the admin").c_str(), registry.errors.at(0).c_str());
}
#endif
