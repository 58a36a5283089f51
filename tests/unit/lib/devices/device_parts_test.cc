// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/device_parts.h"
#include "lib/protocol/work_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/error.h"
#include "lib/elf/library_search.h"
#include "tests/unit/cache_file.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/made_up_gpus.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

// Two made-up GPUs and another device, with specs for both, in a work directory with an image that has a loader's
// cache.
TEST_GROUP(DeviceParts) {
  TemporaryDirectory work;
  char before[4096];
  HostDirectory directory;
  Plan plan;
  Request request;
  Terms terms;
  NodeDevices node;

  void setup() override {
    CHECK(getcwd(before, sizeof before));
    CHECK_EQUAL(0, chdir(work.path().c_str()));
    CHECK_EQUAL(0, mkdir(kImageName, 0755));
    CHECK_EQUAL(0, mkdir("image/etc", 0755));
    work.write("image/etc/ld.so.cache", cache_file({{"libc.so.6", "/lib/libc.so.6"}}));
    node.gpus = nvidia_node(2);
    add_shared(*node.gpus, "nvidiactl", topology::kNvidia);
    node.drivers.vendors = {GpuVendor::kNvidia};
    node.drivers.root = "/nowhere";
    node.drivers.table = driver_rules_of("library nvidia:libcuda.so*\n", "drivers.conf");
    CdiSpec gpus{"nvidia.com/gpu", "/etc/cdi/nvidia.yaml", {}, {}};
    gpus.edits.environment = {"BY_CDI=yes"};
    gpus.edits.nodes = {{"/dev/nvidiactl", "/dev/nvidiactl"}, {"/dev/other", "/dev/other"}};
    gpus.devices = {{"0", {}}, {"1", {}}};
    gpus.devices[0].edits.nodes = {{"/dev/nvidia0", "/dev/nvidia0"}};
    gpus.devices[1].edits.nodes = {{"/dev/nvidia1", "/dev/nvidia1"}};
    CdiSpec others{"example.com/accel", "/etc/cdi/accel.yaml", {}, {{"a", {}}}};
    others.devices[0].edits.environment = {"ACCEL=a"};
    others.devices[0].edits.nodes = {{"/dev/accel", "/dev/accel"}};
    node.registry.specs = {gpus, others};
  }
  void teardown() override {
    CHECK_EQUAL(0, chdir(before));
    plan = {};
    request = {};
    terms = {};
    node = {};
  }
  DeviceParts parts() { return device_parts(directory, plan, request, terms, node); }
  static std::string targets(const DeviceParts& parts) {
    std::string all;
    for (const LayoutEntry& mount : parts.additions.mounts) all += mount.word.target + " ";
    return all;
  }
  void fails(const char* with) {
    try {
      parts();
      FAIL(with);
    } catch (const Error& error) {
      STRCMP_CONTAINS(with, error.what());
    }
  }
};

// What the ranks show is left to them, and our own table is not asked.
TEST(DeviceParts, SpecsSayWhatComesWithGpus) {
  STRCMP_EQUAL("/dev/other ", targets(parts()).c_str());
  STRCMP_EQUAL("BY_CDI", plan.gpu_set.at(0).first.c_str());
  CHECK(plan.set.empty() && plan.no_driver.empty());
}

TEST(DeviceParts, WithoutThemOurTableDoes) {
  node.registry.specs.clear();
  parts();
  CHECK(plan.gpu_set.empty());
  STRCMP_CONTAINS("no libcuda.so.1 for them in /nowhere", plan.no_driver.c_str());
}

TEST(DeviceParts, ASpecThatIsNoGoodIsToldToWhoHasAGpu) {
  node.registry.specs.clear();
  node.registry.errors = {"/etc/cdi/nvidia.yaml: kind is missing"};
  parts();
  STRCMP_EQUAL("/etc/cdi/nvidia.yaml: kind is missing", plan.gpu_notices.at(0).c_str());
  CHECK(plan.notices.empty());
}

TEST(DeviceParts, LibrariesOfAFolderAreFoundByTheirNames) {
  ElfText library;
  library.soname = "libcuda.so.1";
  const std::string path = work.write("libcuda.so.535.99", elf_file(library));
  CdiEdits& edits = node.registry.specs[0].edits;
  edits.mounts = {{path, "/usr/lib/gpu/libcuda.so.535.99", "", {}}, {path, "/opt/libcuda.so.535.99", "", {}}};
  edits.hooks = {{"createContainer", "/usr/bin/nvidia-cdi-hook",
                  {"nvidia-cdi-hook", "update-ldcache", "--folder", "/usr/lib/gpu"}}};
  const DeviceParts found = parts();
  LONGS_EQUAL(1, found.additions.links.size());
  STRCMP_EQUAL("/usr/lib/gpu/libcuda.so.1", found.additions.links[0].first.c_str());
  STRCMP_EQUAL("libcuda.so.535.99", found.additions.links[0].second.c_str());
  LONGS_EQUAL(1, found.additions.files.size());
  const LibraryCache cache(found.additions.files[0].second);
  STRCMP_EQUAL("/usr/lib/gpu/libcuda.so.535.99", cache.paths_of("libcuda.so.1").at(0).c_str());
  STRCMP_EQUAL("/lib/libc.so.6", cache.paths_of("libc.so.6").at(0).c_str());
}

// One file holds both.
TEST(DeviceParts, LibrariesOfAnAskedDeviceAndOfOurTableAreBothFound) {
  ElfText cuda, accel;
  cuda.soname = "libcuda.so.1";
  accel.soname = "libaccel.so.2";
  std::filesystem::create_directories(work.path() + "/driver/usr/lib64");
  work.write("driver/usr/lib64/libcuda.so.1", elf_file(cuda));
  const std::string path = work.write("libaccel.so.2", elf_file(accel));
  node.drivers.root = work.path() + "/driver";
  node.registry.specs.erase(node.registry.specs.begin());
  CdiEdits& edits = node.registry.specs[0].edits;
  edits.mounts = {{path, "/opt/accel/libaccel.so.2", "", {}}};
  edits.hooks = {{"createContainer", "/usr/bin/nvidia-cdi-hook",
                  {"nvidia-cdi-hook", "update-ldcache", "--folder", "/opt/accel"}}};
  terms.options.devices = "example.com/accel=a";
  const DeviceParts found = parts();
  LONGS_EQUAL(1, found.additions.files.size());
  const LibraryCache cache(found.additions.files[0].second);
  STRCMP_EQUAL("/.slipway/host/gpu/lib/libcuda.so.1", cache.paths_of("libcuda.so.1").at(0).c_str());
  STRCMP_EQUAL("/opt/accel/libaccel.so.2", cache.paths_of("libaccel.so.2").at(0).c_str());
  STRCMP_EQUAL("/lib/libc.so.6", cache.paths_of("libc.so.6").at(0).c_str());
}

TEST(DeviceParts, WhatIsAskedForComesToo) {
  terms.options.devices = "example.com/accel=a";
  STRCMP_EQUAL("/dev/other /dev/accel ", targets(parts()).c_str());
  STRCMP_EQUAL("ACCEL", plan.set.at(0).first.c_str());
}

TEST(DeviceParts, AGpuThatIsAskedForMustBeGranted) {
  terms.options.devices = "nvidia.com/gpu=1";
  parts();
  STRCMP_EQUAL("1 nvidia.com/gpu=1", plan.demanded_gpus.at(0).c_str());
}

TEST(DeviceParts, NoGpuComesWhereTheSiteShowsNone) {
  request.settings = read_settings(std::vector<std::string>{"gpu=no"}, {}, "plugstack.conf");
  node.drivers = {};
  STRCMP_EQUAL("", targets(parts()).c_str());
  terms.options.devices = "nvidia.com/gpu=1";
  fails("nvidia.com/gpu=1: no GPU is shown in containers here (gpu=no in plugstack.conf)");
}

TEST(DeviceParts, KindsMayBeForbidden) {
  request.settings = read_settings(std::vector<std::string>{"devices_allow=a.b/c,d.e/f"}, {}, "plugstack.conf");
  terms.options.devices = "example.com/accel=a";
  fails("--container-device=example.com/accel: is not among the devices that may be asked for here "
        "(devices_allow=a.b/c,d.e/f in plugstack.conf)");
}

TEST(DeviceParts, WhatTheNodeDoesNotHaveIsNamed) {
  terms.options.devices = "example.com/accel=b";
  fails("example.com/accel=b");
  node.cdi_error = "slipway-cdi: gave no answer";
  fails("--container-device: slipway-cdi: gave no answer");
}

TEST(DeviceParts, AHostsDevHasAllNodesAlready) {
  terms.shows_host_devices = true;
  terms.options.devices = "example.com/accel=a";
  STRCMP_EQUAL("", targets(parts()).c_str());
}
