// SPDX-License-Identifier: BSD-3-Clause

// In a directory that stands for a container's /dev; regular files stand for device nodes, whose names are all that
// matters here.
#include "lib/gpu/devices.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "tests/unit/in_child.h"
#include "tests/unit/made_up_gpus.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::gpu;
using topology::kAmd;
using topology::kNvidia;

TEST_GROUP(GpuDevices) {
  TemporaryDirectory dev;
  TablePointer node = nvidia_node(3);

  void setup() override {
    for (const char* name : {"nvidiactl", "nvidia-caps/nvidia-cap1", "nvidia-caps/nvidia-cap2"}) {
      add_shared(*node, name, kNvidia);
    }
    add_gpu(*node, "dri/renderD128", kAmd, 128);
    add_gpu(*node, "dri/renderD129", kAmd, 129);
    add_shared(*node, "kfd", kAmd);
    hide();
  }
  // What stage makes.
  void hide() const {
    for (int i = 0; i < node->gpus; ++i) hide(node->gpu[i].name);
    for (int i = 0; i < node->companions; ++i) hide(node->companion[i].name);
  }
  void hide(const std::string& name) const {
    const std::string hidden = std::string(kHidden) + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(dev.path() + "/" + hidden).parent_path());
    dev.write(hidden, "");
  }
  // All files below `directory`, each behind a blank, with what is hidden in brackets.
  std::string files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dev.path())) {
      if (!entry.is_directory()) names.push_back(entry.path().string().substr(dev.path().size() + 1));
    }
    std::sort(names.begin(), names.end());
    std::string all;
    for (const std::string& name : names) {
      if (!name.starts_with(std::string(kHidden) + "/")) all += " " + name;
    }
    return all;
  }
  const char* show(Mask shown) const { return show_devices(dev.path().c_str(), *node, shown); }
  void remove() const { remove_hidden(dev.path().c_str(), *node); }
  bool has() const { return has_hidden(dev.path().c_str()); }
};

TEST(GpuDevices, AreHiddenUntilTheyAreShown) {
  CHECK_TRUE(has());
  STRCMP_EQUAL("", files().c_str());
}

TEST(GpuDevices, WhatIsSharedComesWithItsVendorsGpus) {
  POINTERS_EQUAL(nullptr, show(bit(1)));
  STRCMP_EQUAL(" nvidia-caps/nvidia-cap1 nvidia-caps/nvidia-cap2 nvidia1 nvidiactl", files().c_str());
  CHECK_TRUE(has());
  POINTERS_EQUAL(nullptr, show(bit(4)));
  STRCMP_EQUAL(" dri/renderD129 kfd nvidia-caps/nvidia-cap1 nvidia-caps/nvidia-cap2 nvidia1 nvidiactl",
               files().c_str());
}

TEST(GpuDevices, WhatIsOneGpusComesWithItAlone) {
  add_shared(*node, "dri/card1", kNvidia, 1);
  hide("dri/card1");
  POINTERS_EQUAL(nullptr, show(bit(0)));
  STRCMP_EQUAL(" nvidia-caps/nvidia-cap1 nvidia-caps/nvidia-cap2 nvidia0 nvidiactl", files().c_str());
  POINTERS_EQUAL(nullptr, show(bit(1)));
  STRCMP_EQUAL(" dri/card1 nvidia-caps/nvidia-cap1 nvidia-caps/nvidia-cap2 nvidia0 nvidia1 nvidiactl", files().c_str());
}

TEST(GpuDevices, ADirectoryThatIsShownMayBeEntered) {
  POINTERS_EQUAL(nullptr, show(bit(3)));
  struct stat status;
  LONGS_EQUAL(0, stat((dev.path() + "/dri").c_str(), &status));
  LONGS_EQUAL(0755, status.st_mode & 07777);
}

TEST(GpuDevices, ShowingTwiceIsNoError) {
  POINTERS_EQUAL(nullptr, show(all_of(*node)));
  const std::string all = files();
  POINTERS_EQUAL(nullptr, show(all_of(*node)));
  STRCMP_EQUAL(all.c_str(), files().c_str());
}

TEST(GpuDevices, ShowingNothingIsNoError) {
  POINTERS_EQUAL(nullptr, show(0));
  STRCMP_EQUAL("", files().c_str());
}

TEST(GpuDevices, WhatIsShownStaysWhenTheOthersAreRemoved) {
  show(bit(0));
  const std::string before = files();
  remove();
  CHECK_FALSE(has());
  STRCMP_EQUAL(before.c_str(), files().c_str());
  remove();  // twice
  POINTERS_EQUAL(nullptr, show(bit(0)));
}

TEST(GpuDevices, WhatStageDidNotMakeIsLeftOut) {
  unlink((dev.path() + "/" + kHidden + "/nvidia-caps/nvidia-cap1").c_str());
  POINTERS_EQUAL(nullptr, show(bit(0)));
  STRCMP_EQUAL(" nvidia-caps/nvidia-cap2 nvidia0 nvidiactl", files().c_str());
  remove();
  CHECK_FALSE(has());
}

TEST(GpuDevices, BitsBeyondTheTableMeanNothing) {
  POINTERS_EQUAL(nullptr, show(bit(0) | bit(63)));
  STRCMP_EQUAL(" nvidia-caps/nvidia-cap1 nvidia-caps/nvidia-cap2 nvidia0 nvidiactl", files().c_str());
}

TEST(GpuDevices, FilesOfTheUsersStayInWhatIsHidden) {
  dev.write(std::string(kHidden) + "/mine", "");
  remove();
  CHECK_TRUE(has());
  LONGS_EQUAL(0, access((dev.path() + "/" + kHidden + "/mine").c_str(), F_OK));
}

TEST(GpuDevices, AnotherDevMayHaveNothingHidden) {
  CHECK_FALSE(has_hidden((dev.path() + "/dri").c_str()));
  CHECK_FALSE(has_hidden("/is/not/there"));
}

TEST(GpuDevices, AFileWhereADirectoryBelongsIsTold) {
  dev.write("dri", "");
  STRCMP_EQUAL("rename(/dev)", show(bit(3)));
}

TEST(GpuDevices, ManyRanksDoItAtOnce) {
  node = nvidia_node(64);
  for (int i = 1; i <= 50; ++i) add_shared(*node, "nvidia-caps/nvidia-cap" + std::to_string(i), kNvidia);
  for (int round = 0; round < 20; ++round) {
    for (const char* name : {kHidden, "nvidia-caps"}) std::filesystem::remove_all(dev.path() + "/" + name);
    hide();
    std::vector<pid_t> children;
    for (int rank = 0; rank < 4; ++rank) {
      const pid_t child = fork();
      if (child == 0) {
        const char* const failed = show(all_of(*node));
        remove();
        _exit(failed ? 1 : 0);
      }
      children.push_back(child);
    }
    for (const pid_t child : children) {
      int status = -1;
      waitpid(child, &status, 0);
      LONGS_EQUAL(0, status);
    }
    const std::string all = files();
    LONGS_EQUAL(64 + 50, std::count(all.begin(), all.end(), ' '));
    CHECK_FALSE(has());
  }
}

TEST(GpuDevices, AMountOfTheUsersStays) {
  if (geteuid() != 0) {
    printf("skipped: needs root\n");
    return;
  }
  dev.write("nvidia0", "");
  std::filesystem::create_directory(dev.path() + "/dri");
  const std::string nvidia0 = dev.path() + "/nvidia0", dri = dev.path() + "/dri";
  const Ended ended = in_child([&] {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("/dev/null", nvidia0.c_str(), nullptr, MS_BIND, nullptr) != 0 ||
        mount("of-the-user", dri.c_str(), "tmpfs", 0, nullptr) != 0) {
      _exit(2);
    }
    if (const char* const failed = show(all_of(*node))) fprintf(stderr, "%s", failed);
    fprintf(stderr, "%s", files().c_str());
  });
  LONGS_EQUAL(0, ended.exit_code);
  STRCMP_EQUAL(" kfd nvidia-caps/nvidia-cap1 nvidia-caps/nvidia-cap2 nvidia0 nvidia1 nvidia2 nvidiactl",
               ended.output.c_str());
}
