// SPDX-License-Identifier: BSD-3-Clause

// stage's part, in a mount namespace where a tmpfs with device nodes of numbers that mean nothing is /dev. Needs root,
// who makes them.
#include "helper/stage/step_gpus.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>

#include "lib/base/error.h"
#include "lib/gpu/meeting.h"
#include "lib/protocol/wire.h"
#include "tests/unit/in_child.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(Gpus) {
  TemporaryDirectory container;
  Request request;
  bool root = geteuid() == 0;

  void setup() override {
    if (!root) printf("skipped: needs root\n");
    request.uid = request.gid = 12345;
    request.ranks = 3;
  }
  static void make(const char* name, mode_t mode, uid_t owner) {
    if (mknod(name, S_IFCHR, makedev(1, 3)) != 0 || chown(name, owner, owner) != 0 || chmod(name, mode) != 0) _exit(91);
  }
  // What `body` writes to standard error where the node has one GPU, and one that NVIDIA's driver shares.
  std::string on_node_with_gpu(const std::function<void()>& body) const {
    return in_child([&] {
             if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                 mount("test", "/dev", "tmpfs", 0, "mode=0755") != 0 || mkdir("/dev/nvidia-caps", 0755) != 0) {
               _exit(90);
             }
             make("/dev/nvidia0", 04660, 44);
             make("/dev/nvidia-caps/nvidia-cap1", 0400, 0);
             try {
               body();
             } catch (const Error& error) {
               fprintf(stderr, "%s\n", error.what());
             }
           })
        .output;
  }
  // "nvidia0: 1:3 660 44", or "dri: 700 12345".
  void tell(const char* name) const {
    struct stat status;
    const std::string path = container.path() + "/.slipway" + name;
    if (lstat(path.c_str(), &status) != 0) {
      fprintf(stderr, "%s: none\n", name);
    } else if (S_ISCHR(status.st_mode)) {
      fprintf(stderr, "%s: %u:%u %o %u\n", name, major(status.st_rdev), minor(status.st_rdev), status.st_mode & 07777,
              status.st_uid);
    } else {
      fprintf(stderr, "%s: %o %u\n", name, status.st_mode & 07777, status.st_uid);
    }
  }
};

TEST(Gpus, NodesAreAsTheHostsInDirectoriesOfTheUsers) {
  if (!root) return;
  const std::string told = on_node_with_gpu([&] {
    Gpus(request).make_nodes(request, container.path());
    for (const char* name : {"", "/nvidia0", "/nvidia-caps", "/nvidia-caps/nvidia-cap1"}) tell(name);
  });
  STRCMP_EQUAL(": 700 12345\n"
               "/nvidia0: 1:3 660 44\n"
               "/nvidia-caps: 700 12345\n"
               "/nvidia-caps/nvidia-cap1: 1:3 400 0\n",
               told.c_str());
}

TEST(Gpus, ADeviceThatIsGoneByNowIsLeftOut) {
  if (!root) return;
  const std::string told = on_node_with_gpu([&] {
    const Gpus gpus(request);
    unlink("/dev/nvidia0");
    gpus.make_nodes(request, container.path());
    for (const char* name : {"/nvidia0", "/nvidia-caps/nvidia-cap1"}) tell(name);
  });
  STRCMP_EQUAL("/nvidia0: none\n/nvidia-caps/nvidia-cap1: 1:3 400 0\n", told.c_str());
}

TEST(Gpus, RanksReadATableThatNobodyCanChangeAndMeetInOneThatKeepsItsSize) {
  if (!root) return;
  const std::string told = on_node_with_gpu([&] {
    request.is_verbose = true;
    request.settings.gpu = Settings::Gpu::kAll;
    Gpus gpus(request);
    const std::vector<Fd> descriptors = gpus.descriptors();
    const int table = descriptors[kGpuTable].get(), meeting = descriptors[kGpuMeeting].get();
    auto read = std::make_unique<gpu::Table>();
    if (pread(table, read.get(), sizeof *read, 0) != sizeof *read || pwrite(table, "x", 1, 0) != -1) _exit(92);
    if (ftruncate(table, 0) != -1 || ftruncate(meeting, 0) != -1 || pwrite(meeting, "x", 1, 0) != 1) _exit(93);
    struct stat status;
    fstat(meeting, &status);
    fprintf(stderr, "%d %s %d %d%d%d %d", read->gpus, read->gpu[0].name, read->ranks, read->is_batch, read->is_verbose,
            read->shows_all, static_cast<size_t>(status.st_size) == sizeof(gpu::Meeting));
  });
  STRCMP_EQUAL("1 nvidia0 3 011 1", told.c_str());
}

TEST(Gpus, TheSiteMayShowNone) {
  if (!root) return;
  const std::string told = on_node_with_gpu([&] {
    request.settings.gpu = Settings::Gpu::kNo;
    const Gpus none(request);
    none.make_nodes(request, container.path());
    fprintf(stderr, "%d", none.are_none());
    request.options["nic_bind"] = "closest";
    const Gpus of_nics(request);
    of_nics.make_nodes(request, container.path());
    fprintf(stderr, "%d\n", of_nics.are_none());
    tell("");
  });
  STRCMP_EQUAL("10\n: none\n", told.c_str());
}

TEST(Gpus, AFailureIsTold) {
  if (!root) return;
  const std::string told = on_node_with_gpu([&] { Gpus(request).make_nodes(request, container.path() + "/not-there"); });
  STRCMP_EQUAL("/dev: mkdir: No such file or directory\n", told.c_str());
}
