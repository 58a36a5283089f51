// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/cdi_devices.h"

#include <functional>

#include "lib/base/error.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

// As tests/unit/cdi/nvidia.yaml and amd.json have them; no such device is on this machine.
TEST_GROUP(CdiDevices) {
  CdiRegistry registry;

  void setup() override {
    registry.specs.push_back({"nvidia.com/gpu", "/etc/cdi/nvidia.yaml", {}, {
        device("all", {"/dev/nvidia0", "/dev/nvidia1", "/dev/dri/card1", "/dev/dri/card2", "/dev/dri/renderD128",
                       "/dev/dri/renderD129"}),
        device("0", {"/dev/nvidia0", "/dev/dri/card1", "/dev/dri/renderD128"}),
        device("1:0", {"/dev/nvidia1", "/dev/nvidia-caps/nvidia-cap30", "/dev/nvidia-caps/nvidia-cap31"}),
        device("1", {"/dev/nvidia1", "/dev/dri/card2", "/dev/dri/renderD129"})}});
    registry.specs.push_back({"amd.com/gpu", "/etc/cdi/amd.json", {}, {
        device("0", {"/dev/kfd", "/dev/dri/card3", "/dev/dri/renderD130"})}});
  }

  static CdiDevice device(const std::string& name, const std::vector<std::string>& nodes) {
    CdiDevice device{name, {}};
    for (const std::string& node : nodes) device.edits.nodes.push_back({node, node});
    return device;
  }
  std::string of_node(const char* node) const {
    const auto choice = cdi_device_of_node(registry, node);
    return choice ? choice->spec->kind + "=" + choice->device->name : "";
  }
  std::string names(const char* text) const {
    std::string names;
    for (const CdiChoice& choice : parse_cdi_device_names(text, registry, "--devices")) {
      names += choice.spec->kind + "=" + choice.device->name + " ";
    }
    return names;
  }
  void refused(const char* text, const char* sentence) const {
    try {
      names(text);
      FAIL(text);
    } catch (const Error& error) {
      STRCMP_EQUAL(sentence, error.what());
    }
  }
  static std::string error_of(const std::function<void()>& body) {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
};

TEST(CdiDevices, EntriesHoldAllOfARegistry) {
  CdiEdits& edits = registry.specs[1].edits;
  edits.environment = {"A=b=c", "EMPTY="};
  edits.nodes = {{"/dev/a", "/dev/b"}};
  edits.mounts = {{"/h", "/c", "", {"ro", ""}}, {"tmpfs", "/t", "tmpfs", {}}};
  edits.hooks = {{"createContainer", "/bin/hook", {"hook", "", "x=y"}}, {"poststop", "/bin/other", {}}};
  edits.network_devices = {"eth0"};
  registry.conflicts = {{"a.com/b=c", "/x and /y"}};
  registry.errors = {"/z: is wrong"};
  const std::string text = text_of_cdi_registry(registry);
  const CdiRegistry read = cdi_registry_of_text(text);
  STRCMP_EQUAL(text.c_str(), text_of_cdi_registry(read).c_str());
  CHECK(text == text_of_cdi_registry(read));
  LONGS_EQUAL(2, read.specs.size());
  LONGS_EQUAL(4, read.specs[0].devices.size());
  STRCMP_EQUAL("/dev/nvidia-caps/nvidia-cap31", read.specs[0].devices[2].edits.nodes[2].source.c_str());
  const CdiEdits& same = read.specs[1].edits;
  STRCMP_EQUAL("A=b=c", same.environment.at(0).c_str());
  STRCMP_EQUAL("/dev/a", same.nodes.at(0).path.c_str());
  STRCMP_EQUAL("/dev/b", same.nodes[0].source.c_str());
  STRCMP_EQUAL("/h", same.mounts.at(0).source.c_str());
  LONGS_EQUAL(2, same.mounts[0].options.size());
  STRCMP_EQUAL("tmpfs", same.mounts.at(1).type.c_str());
  LONGS_EQUAL(3, same.hooks.at(0).arguments.size());
  STRCMP_EQUAL("poststop", same.hooks.at(1).when.c_str());
  STRCMP_EQUAL("eth0", same.network_devices.at(0).c_str());
  STRCMP_EQUAL("/x and /y", read.conflicts.at(0).files.c_str());
  STRCMP_EQUAL("/z: is wrong", read.errors.at(0).c_str());
}

TEST(CdiDevices, EntriesThatAreNoneOfARegistryAreErrors) {
  const std::string release = text_of_cdi_registry({});
  for (const char* entry : {"device=0", "env=A=1", "mount_source=/a", "file=/a", "what=1", "conflict_files=/a"}) {
    STRCMP_CONTAINS("malformed", error_of([&] { cdi_registry_of_text(release + entry + '\0'); }).c_str());
  }
  STRCMP_CONTAINS("malformed", error_of([&] {
                    cdi_registry_of_text(release + std::string("spec=a/b\0hook_path=/a", 21) + '\0');
                  }).c_str());
  STRCMP_CONTAINS("different releases", error_of([] { cdi_registry_of_text("spec=a/b"); }).c_str());
}

TEST(CdiDevices, NamesChooseDevicesEachOnce) {
  STRCMP_EQUAL("nvidia.com/gpu=0 ", names("nvidia.com/gpu=0").c_str());
  STRCMP_EQUAL("amd.com/gpu=0 nvidia.com/gpu=1:0 ", names("amd.com/gpu=0,nvidia.com/gpu=1:0,amd.com/gpu=0").c_str());
}

TEST(CdiDevices, WhatIsNoNameIsAnError) {
  for (const char* text : {"", "gpu", "nvidia.com=0", "nvidia.com/gpu", "nvidia.com/gpu=", "nvidia.com/gpu=0,",
                           "nvidia.com/gpu=/dev/x", "nvidia.com/gpu=0 "}) {
    STRCMP_CONTAINS("is no CDI device's name; write VENDOR/CLASS=NAME, as in nvidia.com/gpu=0",
                    error_of([&] { names(text); }).c_str());
  }
}

TEST(CdiDevices, AnErrorListsWhatThereIs) {
  refused("intel.com/gpu=0",
          "--devices=intel.com/gpu=0: this node has no CDI devices of that kind; name one of these kinds: "
          "nvidia.com/gpu, amd.com/gpu");
  refused("nvidia.com/gpu=7",
          "--devices=nvidia.com/gpu=7: this node has no such CDI device; name one of these of its kind: all, 0, "
          "1:0, 1");
  for (int i = 0; i < 30; ++i) registry.specs[1].devices.push_back(device("x" + std::to_string(i), {}));
  STRCMP_CONTAINS("x18 and 11 more", error_of([&] { names("amd.com/gpu=7"); }).c_str());
  registry.specs.clear();
  refused("amd.com/gpu=0",
          "--devices=amd.com/gpu=0: this node has no CDI devices; ask the admin for its CDI specs");
}

TEST(CdiDevices, AnErrorOfASpecIsToldToWhoMissesADevice) {
  registry.errors = {"/etc/cdi/x.yaml: kind is missing"};
  STRCMP_CONTAINS("no CDI devices of that kind (/etc/cdi/x.yaml: kind is missing); name",
                  error_of([&] { names("x.com/y=0"); }).c_str());
  STRCMP_EQUAL("amd.com/gpu=0 ", names("amd.com/gpu=0").c_str());
}

TEST(CdiDevices, ADeviceInConflictIsAnError) {
  registry.conflicts = {{"amd.com/gpu=5", "/etc/cdi/a.json and /etc/cdi/b.json"}};
  refused("amd.com/gpu=5",
          "--devices=amd.com/gpu=5: the device is defined twice, in /etc/cdi/a.json and /etc/cdi/b.json; ask the admin "
          "to remove one of them");
}

TEST(CdiDevices, ANodeLeadsToItsGpu) {
  STRCMP_EQUAL("nvidia.com/gpu=0", of_node("/dev/nvidia0").c_str());
  STRCMP_EQUAL("nvidia.com/gpu=0", of_node("/dev/dri/renderD128").c_str());
  STRCMP_EQUAL("nvidia.com/gpu=1", of_node("/dev/nvidia1").c_str());
  STRCMP_EQUAL("amd.com/gpu=0", of_node("/dev/dri/renderD130").c_str());
  STRCMP_EQUAL("", of_node("/dev/nvidia2").c_str());
}

TEST(CdiDevices, TheOneGpuOfANodeIsNotAll) {
  registry.specs = {{"nvidia.com/gpu", "/x", {}, {device("all", {"/dev/nvidia0"}), device("0", {"/dev/nvidia0"})}}};
  STRCMP_EQUAL("nvidia.com/gpu=0", of_node("/dev/nvidia0").c_str());
}

TEST(CdiDevices, APartOfAGpuAndMoreThanOneAreNotIt) {
  registry.specs = {{"nvidia.com/gpu", "/x", {}, {
      device("0:0", {"/dev/nvidia0", "/dev/nvidia-caps/nvidia-cap3"}),
      device("both", {"/dev/nvidia0", "/dev/nvidia1"})}}};
  STRCMP_EQUAL("", of_node("/dev/nvidia0").c_str());
}

TEST(CdiDevices, TheHostsPathOfANodeCounts) {
  registry.specs[1].devices[0].edits.nodes = {{"/dev/dri/renderD128", "/dev/dri/renderD140"}};
  STRCMP_EQUAL("amd.com/gpu=0", of_node("/dev/dri/renderD140").c_str());
  STRCMP_EQUAL("nvidia.com/gpu=0", of_node("/dev/dri/renderD128").c_str());
}

TEST(CdiDevices, OfSeveralDevicesTheOneWithTheFewestNodesIsMeant) {
  registry.specs[0].devices.push_back(device("bare", {"/dev/nvidia0"}));
  STRCMP_EQUAL("nvidia.com/gpu=bare", of_node("/dev/nvidia0").c_str());
}
