// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_compat.h"

#include "tests/unit/elf_file.h"
#include "tests/unit/image_tree.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Version = std::vector<unsigned>;

// Images as NVIDIA's are, with libraries that are made up.
TEST_GROUP(DriverCompat) {
  ImageTree image;

  void add(const std::string& directory, const std::string& name, const std::string& version) {
    image.write(directory + "/" + name + "." + version, elf_file({.needed = {}, .soname = name + ".1"}));
    image.link(directory + "/" + name + ".1", name + "." + version);
  }
  DriverCompat newer_than(const std::string& hosts) {
    return newer_driver_in(image.files(), driver_version_of("libcuda.so." + hosts));
  }
};

TEST(DriverCompat, TheReleaseIsInTheFilesName) {
  CHECK((Version{550, 54, 14} == driver_version_of("/usr/lib/libcuda.so.550.54.14").numbers));
  CHECK((Version{535, 104, 5} == driver_version_of("libcuda.so.535.104.05").numbers));
  STRCMP_EQUAL("535.104.05", driver_version_of("libcuda.so.535.104.05").text.c_str());
  for (const char* other : {"libcuda.so.1", "libcuda.so", "libcuda.so.550.x", "libcudart.so.11.8.89", ""}) {
    CHECK(driver_version_of(other).numbers.empty());
  }
}

TEST(DriverCompat, ANewerOneIsFoundThroughTheLinkToTheImagesCuda) {
  add("/usr/local/cuda-12.4/compat", "libcuda.so", "550.54.14");
  add("/usr/local/cuda-12.4/compat", "libnvidia-ptxjitcompiler.so", "550.54.14");
  image.link("/usr/local/cuda", "cuda-12.4");
  const DriverCompat compat = newer_than("535.104.05");
  STRCMP_EQUAL("/usr/local/cuda-12.4/compat", compat.directory.c_str());
  STRCMP_EQUAL("550.54.14", compat.version.text.c_str());
  LONGS_EQUAL(2, compat.libraries.size());
  STRCMP_EQUAL("libcuda.so.1", compat.libraries[0].name.c_str());
  STRCMP_EQUAL("/usr/local/cuda-12.4/compat/libnvidia-ptxjitcompiler.so.1", compat.libraries[1].path.c_str());
}

TEST(DriverCompat, OneOfTheNodesBranchOrAnOlderIsNotUsed) {
  add("/usr/local/cuda-12.2/compat", "libcuda.so", "535.104.05");
  CHECK(newer_than("535.104.05").directory.empty());
  CHECK(newer_than("550.54.14").directory.empty());
  CHECK(newer_than("535.54.03").directory.empty());
  CHECK(newer_than("1").directory.empty());
  CHECK(!newer_than("470.223.02").directory.empty());
}

TEST(DriverCompat, OfSeveralTheNewestCountsOneDirectoryDeeperToo) {
  add("/usr/local/cuda-12.2/compat", "libcuda.so", "535.104.05");
  add("/usr/local/cuda-12.4/compat/lib.real", "libcuda.so", "550.54.14");
  STRCMP_EQUAL("/usr/local/cuda-12.4/compat/lib.real", newer_than("470.1").directory.c_str());
}
