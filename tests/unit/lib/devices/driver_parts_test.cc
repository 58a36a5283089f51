// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_parts.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "lib/base/text_file.h"
#include "lib/elf/library_search.h"
#include "tests/unit/cache_file.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/image_tree.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

namespace {

constexpr char kHostsGlibc[] = "GLIBC_2.28";

}  // namespace

// A node and an image that are made up, and the table that is installed. No GPU is asked anything.
TEST_GROUP(DriverParts) {
  ImageTree host, image;
  GpuDrivers drivers;
  Plan plan;
  Additions additions;
  std::vector<LayoutEntry> directory;

  void setup() override {
    drivers.vendors = {GpuVendor::kNvidia};
    drivers.root = host.path();
    drivers.table = driver_rules_of(text_of_file(TOP_SOURCE_DIRECTORY "/conf/drivers.conf"), "drivers.conf");
  }
  void teardown() override {
    drivers = {};
    plan = {};
    additions = {};
    directory.clear();
  }

  // A library of the host as its package installs it: the file, and a link for its soname.
  void library(const std::string& name, const std::string& version = "535.104.05",
               const std::string& glibc = "GLIBC_2.2.5") {
    ElfText text;
    text.soname = name + ".1";
    text.needed_versions = {{"libc.so.6", {glibc}}};
    host.write("/usr/lib64/" + name + "." + version, elf_file(text));
    host.link("/usr/lib64/" + name + ".1", name + "." + version);
  }
  void glibc_of_image(const std::string& version) {
    ElfText text;
    text.defined_versions = {"libc.so.6", version};
    image.write("/lib64/libc.so.6", elf_file(text));
  }

  void add() {
    HostDirectory built;
    add_driver_parts(built, additions, plan, drivers, image.files());
    directory = std::move(built).entries();
  }
  // Of the directory in which the links are.
  std::string target_of(const std::string& link) const {
    if (directory.empty()) return "";
    for (const auto& [path, target] : directory[0].links) {
      if (path == link) return target;
    }
    return "";
  }
  std::string lead(const std::string& name) const {
    for (const auto& [known, value] : plan.gpu_lead) {
      if (known == name) return value;
    }
    return "";
  }
  std::string added_file(const std::string& path) const {
    for (const auto& [known, content] : additions.files) {
      if (known == path) return content;
    }
    return "";
  }
  const LayoutEntry* mount_at(const std::string& target) const {
    for (const LayoutEntry& entry : additions.mounts) {
      if (entry.word.target == target) return &entry;
    }
    return nullptr;
  }
  bool is_empty() const {
    return directory.empty() && additions.mounts.empty() && additions.files.empty() && plan.gpu_lead.empty() &&
           plan.notices.empty() && plan.no_driver.empty();
  }
};

TEST(DriverParts, LibrariesAreLinkedUnderTheNamesByWhichTheyAreNeeded) {
  library("libcuda.so");
  host.link("/usr/lib64/libcuda.so", "libcuda.so.1");
  library("libnvidia-ml.so");
  library("libother.so");
  add();
  STRCMP_EQUAL("../../1/libcuda.so.535.104.05", target_of("gpu/lib/libcuda.so.1").c_str());
  STRCMP_EQUAL("../../1/libcuda.so.535.104.05", target_of("gpu/lib/libcuda.so").c_str());
  STRCMP_EQUAL("../../1/libnvidia-ml.so.535.104.05", target_of("gpu/lib/libnvidia-ml.so.1").c_str());
  LONGS_EQUAL(3, directory.at(0).links.size());
  STRCMP_EQUAL((host.path() + "/usr/lib64").c_str(), directory.at(1).word.source.c_str());
  STRCMP_EQUAL("/.slipway/host/1", directory.at(1).word.target.c_str());
  STRCMP_EQUAL("/.slipway/host/gpu/lib", lead("LD_LIBRARY_PATH").c_str());
  STRCMP_EQUAL("", lead("PATH").c_str());
  STRCMP_EQUAL("", plan.no_driver.c_str());
}

TEST(DriverParts, TheNamesAreThoseOfTheHostsCacheWhereItHasOne) {
  host.write("/opt/driver/libcuda.so.535.104.05", elf_file({.needed = {}, .soname = "libcuda.so.1"}));
  library("libnvidia-ml.so");
  host.write("/etc/ld.so.cache", cache_file({{"libcuda.so.1", "/opt/driver/libcuda.so.535.104.05"}}));
  add();
  STRCMP_EQUAL("../../1/libcuda.so.535.104.05", target_of("gpu/lib/libcuda.so.1").c_str());
  STRCMP_EQUAL("", target_of("gpu/lib/libnvidia-ml.so.1").c_str());
}

TEST(DriverParts, WithoutGpusNothingIsDone) {
  library("libcuda.so");
  drivers.vendors.clear();
  add();
  CHECK(is_empty());
}

TEST(DriverParts, AmdsAndIntelsAreTheImagesUnlessTheAdminSaysOtherwise) {
  library("libcuda.so");
  library("libhsa-runtime64.so");
  drivers.vendors = {GpuVendor::kAmd, GpuVendor::kIntel};
  add();
  CHECK(is_empty());
  drivers.table.push_back({DriverRule::kLibrary, GpuVendor::kAmd, kAllCapabilities, "libhsa-runtime64.so*"});
  add();
  STRCMP_EQUAL("../../1/libhsa-runtime64.so.535.104.05", target_of("gpu/lib/libhsa-runtime64.so.1").c_str());
  STRCMP_EQUAL("", plan.no_driver.c_str());
}

TEST(DriverParts, AnImageGetsTheCapabilitiesThatItNames) {
  for (const char* name : {"libcuda.so", "libnvidia-ml.so", "libnvcuvid.so", "libnvidia-gpucomp.so"}) library(name);
  image.write("/.singularity.d/env/10-docker2singularity.sh",
              "export NVIDIA_DRIVER_CAPABILITIES=\"${NVIDIA_DRIVER_CAPABILITIES:-\"utility,graphics\"}\"\n");
  add();
  STRCMP_EQUAL("", target_of("gpu/lib/libcuda.so.1").c_str());
  STRCMP_EQUAL("", target_of("gpu/lib/libnvcuvid.so.1").c_str());
  CHECK(!target_of("gpu/lib/libnvidia-ml.so.1").empty());
  CHECK(!target_of("gpu/lib/libnvidia-gpucomp.so.1").empty());
}

TEST(DriverParts, AnImageThatWantsNoGpuGetsNothing) {
  library("libcuda.so");
  image.write("/etc/environment", "NVIDIA_VISIBLE_DEVICES=void\n");
  add();
  CHECK(is_empty());
}

TEST(DriverParts, ANodeWithoutLibcudaIsToldOfButIsNoError) {
  add();
  STRCMP_CONTAINS("this node has NVIDIA's GPUs but no libcuda.so.1 for them in ", plan.no_driver.c_str());
  STRCMP_CONTAINS("; ask the admin to install the driver's libraries there", plan.no_driver.c_str());
  CHECK(directory.empty());
}

TEST(DriverParts, WhoWantsNoComputingMissesNoLibcuda) {
  drivers.capabilities = "utility";
  add();
  CHECK(is_empty());
}

TEST(DriverParts, WhatNeedsANewerGlibcThanTheImagesIsLeftOutAndNamed) {
  library("libcuda.so");
  library("libnvidia-ml.so", "535.104.05", kHostsGlibc);
  library("libnvidia-cfg.so", "535.104.05", "GLIBC_2.17");
  glibc_of_image("GLIBC_2.17");
  add();
  CHECK(!target_of("gpu/lib/libcuda.so.1").empty());
  CHECK(!target_of("gpu/lib/libnvidia-cfg.so.1").empty());
  STRCMP_EQUAL("", target_of("gpu/lib/libnvidia-ml.so.1").c_str());
  LONGS_EQUAL(1, plan.gpu_notices.size());
  STRCMP_EQUAL("of this node's GPU driver the container lacks what needs a newer glibc than the image's 2.17: "
               "libnvidia-ml.so.1 (2.28)",
               plan.gpu_notices[0].c_str());
}

TEST(DriverParts, WhereTheImageHasNoGlibcNothingIsJudged) {
  library("libcuda.so", "535.104.05", kHostsGlibc);
  add();
  CHECK(!target_of("gpu/lib/libcuda.so.1").empty());
  CHECK(plan.notices.empty());
}

TEST(DriverParts, ProgramsAreLinkedInADirectoryThatLeadsThePath) {
  host.write("/usr/bin/nvidia-smi", "#!/bin/sh\n");
  host.write("/opt/rocm-6/bin/rocminfo", "#!/bin/sh\n");
  host.link("/opt/rocm", "rocm-6");
  drivers.vendors.push_back(GpuVendor::kAmd);
  drivers.table.push_back({DriverRule::kProgram, GpuVendor::kAmd, kAllCapabilities, "/opt/rocm/bin/rocminfo"});
  add();
  STRCMP_EQUAL("../../1/nvidia-smi", target_of("gpu/bin/nvidia-smi").c_str());
  STRCMP_EQUAL("../../2/rocminfo", target_of("gpu/bin/rocminfo").c_str());
  STRCMP_EQUAL((host.path() + "/opt/rocm-6/bin").c_str(), directory.at(2).word.source.c_str());
  STRCMP_EQUAL("/.slipway/host/gpu/bin", lead("PATH").c_str());
  STRCMP_EQUAL("", lead("LD_LIBRARY_PATH").c_str());
}

TEST(DriverParts, ShortFilesAreCopiedAndOthersBoundAtTheirOwnPlaces) {
  host.write("/etc/OpenCL/vendors/nvidia.icd", "libnvidia-opencl.so.1\n");
  host.write("/etc/OpenCL/vendors/mesa.icd", "libMesaOpenCL.so.1\n");
  host.write("/lib/firmware/nvidia/535.104.05/gsp_ga10x.bin", std::string(100'000, 'x'));
  host.write("/run/nvidia-persistenced/pid", "1");
  host.link("/var/run", "../run");
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, (host.path() + "/run/nvidia-persistenced/socket").c_str(), sizeof address.sun_path - 1);
  LONGS_EQUAL(0, bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
  add();
  STRCMP_EQUAL("libnvidia-opencl.so.1\n", added_file("/etc/OpenCL/vendors/nvidia.icd").c_str());
  LONGS_EQUAL(1, additions.files.size());
  const LayoutEntry* const firmware = mount_at("/lib/firmware/nvidia/535.104.05/gsp_ga10x.bin");
  CHECK(firmware && firmware->word.source == host.path() + "/lib/firmware/nvidia/535.104.05/gsp_ga10x.bin");
  const LayoutEntry* const shown = mount_at("/var/run/nvidia-persistenced/socket");
  CHECK(shown && shown->word.source == host.path() + "/run/nvidia-persistenced/socket");
  CHECK(shown->need == LayoutEntry::kIfThere && shown->asked_for == AskedFor::kNot);
}

TEST(DriverParts, TheImagesCacheKnowsThem) {
  library("libcuda.so");
  image.write("/etc/ld.so.cache", cache_file({{"libcuda.so.1", "/usr/lib/stubs/libcuda.so.1"}, {"liba.so.1", "/a"}}));
  add();
  const LibraryCache cache(added_file("/etc/ld.so.cache"));
  LONGS_EQUAL(1, cache.paths_of("libcuda.so.1").size());
  STRCMP_EQUAL("/.slipway/host/gpu/lib/libcuda.so.1", cache.paths_of("libcuda.so.1")[0].c_str());
  STRCMP_EQUAL("/a", cache.paths_of("liba.so.1")[0].c_str());
}

TEST(DriverParts, AnImageWithoutCacheGetsNone) {
  library("libcuda.so");
  add();
  CHECK(additions.files.empty());
}

TEST(DriverParts, TheDirectoryThatApptainersImagesHaveForThemShowsThem) {
  library("libcuda.so");
  std::filesystem::create_directories(image.path() + "/.singularity.d/libs");
  add();
  const LayoutEntry* const libraries = mount_at("/.singularity.d/libs");
  CHECK(libraries && libraries->word.kind == MountWord::kTmpfs);
  STRCMP_EQUAL("libcuda.so.1", libraries->links.at(0).first.c_str());
  STRCMP_EQUAL("/.slipway/host/gpu/lib/libcuda.so.1", libraries->links.at(0).second.c_str());
}

TEST(DriverParts, ANewerDriverOfTheImageComesFirst) {
  library("libcuda.so");
  const std::string compat = "/usr/local/cuda-12.4/compat";
  image.write(compat + "/libcuda.so.550.54.14", elf_file({.needed = {}, .soname = "libcuda.so.1"}));
  image.link(compat + "/libcuda.so.1", "libcuda.so.550.54.14");
  image.write("/etc/ld.so.cache", cache_file({{"liba.so.1", "/a"}}));
  std::filesystem::create_directories(image.path() + "/.singularity.d/libs");
  add();
  STRCMP_EQUAL((compat + ":/.slipway/host/gpu/lib").c_str(), lead("LD_LIBRARY_PATH").c_str());
  LONGS_EQUAL(1, plan.gpu_notices.size());
  STRCMP_EQUAL("the image's own CUDA driver libraries, 550.54.14 in /usr/local/cuda-12.4/compat, are newer than this "
               "node's 535.104.05 and come first",
               plan.gpu_notices[0].c_str());
  STRCMP_EQUAL((compat + "/libcuda.so.1").c_str(),
               LibraryCache(added_file("/etc/ld.so.cache")).paths_of("libcuda.so.1").at(0).c_str());
  STRCMP_EQUAL((compat + "/libcuda.so.1").c_str(), mount_at("/.singularity.d/libs")->links.at(0).second.c_str());
}

TEST(DriverParts, ARootThatIsNotThereIsOneWithoutLibcuda) {
  drivers.root = "/nowhere/driver/";
  add();
  STRCMP_EQUAL("this node has NVIDIA's GPUs but no libcuda.so.1 for them in /nowhere/driver; ask the admin to install "
               "the driver's libraries there",
               plan.no_driver.c_str());
  CHECK(directory.empty() && additions.mounts.empty() && additions.files.empty());
}
