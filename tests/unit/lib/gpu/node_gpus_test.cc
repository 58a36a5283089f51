// SPDX-License-Identifier: BSD-3-Clause

// On nodes that are made up: device nodes of numbers that mean nothing, and files that the kernel and the drivers have
// elsewhere. Needs root, which alone makes device nodes.
#include "lib/gpu/node_gpus.h"

#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "tests/unit/made_up_gpus.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::gpu;
using topology::kAmd;
using topology::kIntel;
using topology::kNvidia;

TEST_GROUP(NodeGpus) {
  TemporaryDirectory root;
  TablePointer node = std::make_unique<Table>();
  bool can_make = false;

  void setup() override {
    make("null");
    struct stat status;
    can_make = stat((root.path() + "/dev/null").c_str(), &status) == 0 && S_ISCHR(status.st_mode);
    if (!can_make) printf("skipped: needs root, and mknod\n");
  }
  std::string path(const std::string& name) const {
    const std::string path = root.path() + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    return path;
  }
  void make(const std::string& name, mode_t kind = S_IFCHR) const {
    mknod(path("dev/" + name).c_str(), kind | 0666, makedev(1, 3));
  }
  void write(const std::string& name, const std::string& text) const {
    path(name);
    root.write(name, text);
  }
  void make_nvidia(int number, const std::string& address, const std::string& uuid) const {
    make("nvidia" + std::to_string(number));
    write("proc/driver/nvidia/gpus/" + address + "/information",
          "Model: \t\t Tesla V100-SXM3-32GB\nIRQ:   \t\t 425\nGPU UUID: \t " + uuid +
              "\nBus Type: \t PCIe\nBus Location: \t " + address + "\nDevice Minor: \t " + std::to_string(number) +
              "\nGPU Excluded:\t No\n");
  }
  void make_renderer(int number, const std::string& vendor, const std::string& address) const {
    const std::string name = "renderD" + std::to_string(number), device = "sys/devices/pci0000:00/" + address;
    make("dri/" + name);
    write(device + "/vendor", vendor + "\n");
    symlink(("../../../devices/pci0000:00/" + address).c_str(), path("sys/class/drm/" + name + "/device").c_str());
    // As sysfs has it: class/drm/renderD128 is a link to a directory that has the link "device".
  }
  void link_card(int number, const std::string& address) const {
    const std::string name = "card" + std::to_string(number);
    make("dri/" + name);
    write("sys/devices/pci0000:00/" + address + "/class", "0x038000\n");
    write("sys/class/drm/" + name + "/dev", "226:0\n");
    symlink(("../../../devices/pci0000:00/" + address).c_str(), path("sys/class/drm/" + name + "/device").c_str());
  }
  void find() { find_gpus(root.path(), *node); }
  std::string gpus() const {
    std::string all;
    for (int i = 0; i < node->gpus; ++i) all += std::string(" ") + node->gpu[i].name;
    return all;
  }
  std::string shared() const {
    std::string all;
    for (int i = 0; i < node->companions; ++i) all += std::string(" ") + node->companion[i].name;
    return all;
  }
  bool has_shared(const std::string& name) const {
    return (shared() + " ").find(" " + name + " ") != std::string::npos;
  }
};

TEST(NodeGpus, ANodeMayHaveNone) {
  if (!can_make) return;
  find();
  LONGS_EQUAL(0, node->gpus + node->companions);
  find_gpus("/is/not/there", *node);
  LONGS_EQUAL(0, node->gpus + node->companions);
}

TEST(NodeGpus, OfADgx2All16AndWhatTheyShare) {
  if (!can_make) return;
  for (int i = 0; i < 16; ++i) {
    char address[16];
    snprintf(address, sizeof address, "0000:%02x:00.0", 0x34 + i);
    make_nvidia(i, address, "GPU-" + std::to_string(i));
  }
  for (const char* name : {"nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps/nvidia-cap1",
                           "nvidia-caps/nvidia-cap2", "nvidia-caps-imex-channels/channel0", "nvidia-fs0", "nvidia-fs1",
                           "nvidia-nvswitch0", "nvidia-nvswitchctl", "nvidia-nvlink", "nvidia-other/nvidia0"}) {
    make(name);
  }
  find();
  STRCMP_EQUAL(
      " nvidia0 nvidia1 nvidia2 nvidia3 nvidia4 nvidia5 nvidia6 nvidia7 nvidia8 nvidia9 nvidia10 nvidia11"
      " nvidia12 nvidia13 nvidia14 nvidia15",
      gpus().c_str());
  LONGS_EQUAL(9, node->companions);
  for (const char* name :
       {"nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-caps/nvidia-cap1",
        "nvidia-caps/nvidia-cap2", "nvidia-caps-imex-channels/channel0", "nvidia-fs0", "nvidia-fs1"}) {
    CHECK_TRUE_TEXT(has_shared(name), name);
  }
  for (int i = 0; i < node->companions; ++i) LONGS_EQUAL(kNvidia, node->companion[i].vendor);
}

TEST(NodeGpus, TheLibrarysOrderIsThatOfPciAndNotOfTheNumbers) {
  if (!can_make) return;
  make_nvidia(0, "0000:c1:00.0", "GPU-first");
  make_nvidia(1, "0000:07:00.0", "GPU-second");
  make_nvidia(2, "0000:4a:00.0", "GPU-third");
  find();
  STRCMP_EQUAL(" nvidia1 nvidia2 nvidia0", gpus().c_str());
  LONGS_EQUAL(1, node->gpu[0].number);
  STRCMP_EQUAL("0000:07:00.0", node->gpu[0].address);
  STRCMP_EQUAL("GPU-second", node->gpu[0].uuid);
  STRCMP_EQUAL("GPU-first", node->gpu[2].uuid);
}

TEST(NodeGpus, WithoutWordsOfTheDriverTheOrderIsThatOfTheNumbers) {
  if (!can_make) return;
  for (const int number : {10, 9, 2}) make("nvidia" + std::to_string(number));
  write("proc/driver/nvidia/gpus/0000:07:00.0/information", "Model: \t\t of another kind\n");
  find();
  STRCMP_EQUAL(" nvidia2 nvidia9 nvidia10", gpus().c_str());
  STRCMP_EQUAL("", node->gpu[0].address);
  STRCMP_EQUAL("", node->gpu[0].uuid);
}

TEST(NodeGpus, AmdsAreTheRenderersAndKfd) {
  if (!can_make) return;
  make("kfd");
  make_renderer(128, "0x1002", "0000:c5:00.0");
  make_renderer(129, "0x1002", "0000:29:00.0");
  make_renderer(130, "0x1a03", "0000:03:00.0");  // a board's own graphics
  make("dri/card0");
  find();
  STRCMP_EQUAL(" dri/renderD129 dri/renderD128", gpus().c_str());
  STRCMP_EQUAL("0000:29:00.0", node->gpu[0].address);
  LONGS_EQUAL(kAmd, node->gpu[0].vendor);
  LONGS_EQUAL(129, node->gpu[0].number);
  STRCMP_EQUAL(" kfd", shared().c_str());
  LONGS_EQUAL(kAmd, node->companion[0].vendor);
}

TEST(NodeGpus, OtherNodesOfAGpuComeWithIt) {
  if (!can_make) return;
  make_nvidia(0, "0000:c1:00.0", "GPU-first");
  make_nvidia(1, "0000:07:00.0", "GPU-second");
  make_renderer(128, "0x10de", "0000:07:00.0");
  make_renderer(129, "0x10de", "0000:c1:00.0");
  make_renderer(130, "0x1002", "0000:29:00.0");
  link_card(1, "0000:29:00.0");
  link_card(0, "0000:03:00.0");  // of no GPU
  find();
  STRCMP_EQUAL(" nvidia1 nvidia0 dri/renderD130", gpus().c_str());
  STRCMP_EQUAL(" dri/card1 dri/renderD128 dri/renderD129", shared().c_str());
  LONGS_EQUAL(2, node->companion[0].gpu);
  LONGS_EQUAL(0, node->companion[1].gpu);
  LONGS_EQUAL(1, node->companion[2].gpu);
  LONGS_EQUAL(kAmd, node->companion[0].vendor);
}

TEST(NodeGpus, IntelsAreTheRenderersAlone) {
  if (!can_make) return;
  make("kfd");
  make_renderer(128, "0x8086", "0000:18:00.0");
  find();
  STRCMP_EQUAL(" dri/renderD128", gpus().c_str());
  LONGS_EQUAL(kIntel, node->gpu[0].vendor);
  STRCMP_EQUAL("", shared().c_str());
}

// A processor's graphics, beside which Slurm's number 0 is nvidia0.
TEST(NodeGpus, NvidiasComeFirst) {
  if (!can_make) return;
  make_renderer(128, "0x1002", "0000:01:00.0");
  make_renderer(129, "0x8086", "0000:02:00.0");
  make_nvidia(0, "0000:81:00.0", "GPU-0");
  find();
  STRCMP_EQUAL(" nvidia0 dri/renderD128 dri/renderD129", gpus().c_str());
}

TEST(NodeGpus, ARendererOfNvidiasIsNotASecondGpu) {
  if (!can_make) return;
  make_nvidia(0, "0000:81:00.0", "GPU-0");
  make_renderer(128, "0x10de", "0000:81:00.0");
  find();
  STRCMP_EQUAL(" nvidia0", gpus().c_str());
}

TEST(NodeGpus, ARendererOfWhichTheKernelSaysNothingIsNone) {
  if (!can_make) return;
  make("dri/renderD128");
  find();
  STRCMP_EQUAL("", gpus().c_str());
}

TEST(NodeGpus, FilesThatAreNoDevicesAreNone) {
  if (!can_make) return;
  make("nvidia0", S_IFREG);
  make("nvidia1", S_IFIFO);
  make("nvidia2", S_IFBLK);
  std::filesystem::create_directory(root.path() + "/dev/nvidia3");
  symlink("is-not-there", (root.path() + "/dev/nvidia4").c_str());
  for (const char* name : {"nvidia", "nvidia-1", "nvidia5x", "nvidia 6", "nvidia+7", "xnvidia8", "nvidia9999999"})
    make(name);
  make("nvidia10");
  make("nvidiactl", S_IFREG);
  make("nvidia-uvm");
  find();
  STRCMP_EQUAL(" nvidia10", gpus().c_str());
  STRCMP_EQUAL(" nvidia-uvm", shared().c_str());
}

TEST(NodeGpus, ALinkToADeviceIsOne) {
  if (!can_make) return;
  symlink("null", (root.path() + "/dev/nvidia0").c_str());
  find();
  STRCMP_EQUAL(" nvidia0", gpus().c_str());
}

TEST(NodeGpus, WhatIsSharedByNothingIsLeftOut) {
  if (!can_make) return;
  for (const char* name : {"nvidiactl", "nvidia-uvm", "kfd"}) make(name);
  find();
  LONGS_EQUAL(0, node->gpus + node->companions);
}

TEST(NodeGpus, MoreThanFitAreLeftOut) {
  if (!can_make) return;
  for (int i = 0; i < topology::kMostGpus + 10; ++i) make("nvidia" + std::to_string(i));
  find();
  LONGS_EQUAL(topology::kMostGpus, node->gpus);
}

// A node of MIG devices and memory of other nodes may have thousands of these, and none works without nvidiactl.
TEST(NodeGpus, WhatEveryProgramNeedsIsThereWhateverElseIsShared) {
  if (!can_make) return;
  make("nvidia0");
  for (const char* name : {"nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-fs0"}) make(name);
  for (int i = 0; i < 2 * kMostCompanions; ++i) {
    make("nvidia-caps/nvidia-cap" + std::to_string(i));
    make("nvidia-caps-imex-channels/channel" + std::to_string(i));
  }
  find();
  LONGS_EQUAL(kMostCompanions, node->companions);
  for (const char* name : {"nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia-modeset", "nvidia-fs0"}) {
    CHECK_TRUE_TEXT(has_shared(name), name);
  }
}

TEST(NodeGpus, ALongNameIsLeftOut) {
  if (!can_make) return;
  make("nvidia0");
  make("nvidia-caps/nvidia-cap1234567890123456789012345678901234567890");
  make("nvidia-caps/nvidia-cap1");
  find();
  STRCMP_EQUAL(" nvidia-caps/nvidia-cap1", shared().c_str());
}
