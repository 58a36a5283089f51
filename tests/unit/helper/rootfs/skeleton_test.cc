// SPDX-License-Identifier: BSD-3-Clause
#include "helper/rootfs/skeleton.h"
#include "lib/protocol/work_directory.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "lib/base/error.h"
#include "tests/unit/in_child.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
namespace fs = std::filesystem;

// In user and mount namespaces of a child of the test; where the kernel gives it none, nothing is tested. The image is
// a directory of this machine's.
TEST_GROUP(Skeleton) {
  static constexpr int kNoNamespaces = 77;
  TemporaryDirectory work;
  bool is_stacked = false;  // the image is an overlay over an overlay, over which the kernel makes no other

  void setup() override {
    for (const char* name : {"image", "skeleton", "root", "upper", "outside", "stack"}) fs::create_directory(at(name));
    for (const char* name : {"image/usr/lib/deep", "image/opt"}) fs::create_directories(at(name));
    work.write("image/usr/lib/file", "image");
    work.write("image/usr/lib/deep/other", "image");
    fs::create_symlink("nowhere", at("image/usr/lib/link"));
    fs::create_symlink("usr/lib", at("image/lib"));
    fs::create_symlink(at("outside"), at("image/dangling"));
  }
  std::string at(const std::string& name) const { return work.path() + "/" + name; }

  static bool enter_namespaces() {
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << uid << " " << uid << " 1";
    std::ofstream("/proc/self/gid_map") << gid << " " << gid << " 1";
    return mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
  }

  static bool stack_overlays() {
    for (int i = 0; i < 2; ++i) {
      if (mount("test", kImageName, "overlay", MS_RDONLY, "lowerdir=stack:image") != 0) return false;
    }
    return true;
  }

  // What `fill` makes of the image, each path with what its link leads to or the file holds.
  std::string root_of(const RootWriting& writing, const std::function<void(Skeleton&)>& fill,
                      const std::vector<std::string>& paths) {
    const Ended ended = in_child([&] {
      if (!enter_namespaces() || chdir(work.path().c_str()) != 0 ||
          mount(kImageName, kImageName, nullptr, MS_BIND, nullptr) != 0 || (is_stacked && !stack_overlays())) {
        _exit(kNoNamespaces);
      }
      try {
        Skeleton skeleton(writing);
        fill(skeleton);
        skeleton.mount_root();
        for (const std::string& notice : skeleton.notices()) dprintf(STDERR_FILENO, "%s\n", notice.c_str());
        for (const std::string& path : paths) tell(kRootName + path);
      } catch (const Error& error) {
        dprintf(STDERR_FILENO, "error: %s", error.what());
      }
    });
    return ended.exit_code == kNoNamespaces ? "untested" : ended.output;
  }
  static void tell(const std::string& path) {
    std::error_code none;
    std::string content;
    if (fs::is_symlink(fs::symlink_status(path, none))) content = "-> " + fs::read_symlink(path, none).string();
    else if (std::ifstream file(path); file >> content) content = "= " + content;
    else content = fs::exists(path, none) ? "is" : "is missing";
    dprintf(STDERR_FILENO, "%s\n", content.c_str());
  }

  static RootWriting memory() { return {RootWriting::kOverlay, "16m", ""}; }
  static RootWriting directory() { return {RootWriting::kDirectory, "", ""}; }

  static void check(const char* expected, const std::string& seen) {
    if (seen != "untested") STRCMP_EQUAL(expected, seen.c_str());
  }
  static std::string refusal_of(const std::string& link) {
    return link + ": is a link, and nothing is made where it leads; leave out the link, or what is to be below it";
  }
  static void check_refused(const std::string& link, const std::string& seen) {
    check(("error: " + refusal_of(link)).c_str(), seen);
  }
  // In an image that is written itself.
  static void check_left(const std::string& path, const std::string& link, const std::string& seen) {
    check((path + " stays as the image has it: " + refusal_of(link) + "\n").c_str(), seen);
  }
  static void link_everywhere(Skeleton& skeleton) {
    for (const char* path : {"/usr/lib/new", "/usr/lib/file", "/usr/lib/link", "/lib/through", "/a/b/c", "/usr/x/y"}) {
      skeleton.add_link(path, "target");
    }
  }
  static constexpr char kCovered[] = "-> target\n-> target\n-> target\n-> target\n-> target\n-> target\n= image\n";
  const std::vector<std::string> places = {"/usr/lib/new",     "/usr/lib/file", "/usr/lib/link",
                                           "/usr/lib/through", "/a/b/c",        "/usr/x/y",
                                           "/usr/lib/deep/other"};
};

TEST(Skeleton, LinksCoverWhatAnImageThatIsOnlyReadHas) {
  check(kCovered, root_of({}, link_everywhere, places));
}

TEST(Skeleton, LinksCoverWhatAnImageHasWhereThereAreNoOverlays) {
  is_stacked = true;
  check(kCovered, root_of({}, link_everywhere, places));
}

TEST(Skeleton, LinksCoverWhatAnOverlaysImageHas) {
  check(kCovered, root_of(memory(), link_everywhere, places));
}

TEST(Skeleton, AnImageThatIsWrittenItselfKeepsItsOwn) {
  check("-> target\n= image\n-> nowhere\n-> target\n-> target\n-> target\n= image\n",
        root_of(directory(), link_everywhere, places));
}

TEST(Skeleton, LinksLeadToWhatIsInside) {
  for (const RootWriting& writing : {RootWriting(), memory(), directory()}) {
    check("= image\n", root_of(writing, [](Skeleton& skeleton) { skeleton.add_link("/opt/lib", "../usr/lib"); },
                              {"/opt/lib/file"}));
  }
}

// The link is ours, and leads to a place of the host while the root is not finished.
TEST(Skeleton, NothingIsMadeThroughALink) {
  for (const RootWriting& writing : {RootWriting(), memory(), directory()}) {
    const std::string seen = root_of(writing, [&](Skeleton& skeleton) {
      skeleton.add_link("/new", at("outside"));
      skeleton.add_file("/new/file", "x");
    }, {});
    if (writing.how == RootWriting::kDirectory) check_left("/new/file", "/new", seen);
    else check_refused("/new", seen);
    CHECK(fs::is_empty(at("outside")));
  }
}

TEST(Skeleton, NothingIsMadeThroughALinkInPlaceOfADirectory) {
  for (const RootWriting& writing : {RootWriting(), memory()}) {
    const std::string seen = root_of(writing, [&](Skeleton& skeleton) {
      skeleton.add_link("/opt", at("outside"));
      skeleton.add_mount_point_for_file("/opt/file");
    }, {});
    check_refused("/opt", seen);
    CHECK(fs::is_empty(at("outside")));
  }
}

TEST(Skeleton, NothingIsMadeThroughALinkOfTheImageThatLeadsOut) {
  for (const RootWriting& writing : {RootWriting(), memory()}) {
    check("= x\n", root_of(writing, [](Skeleton& skeleton) { skeleton.add_file("/dangling/file", "x"); },
                           {"/dangling/file"}));
  }
  check_left("/dangling/file", "/dangling", root_of(directory(), [](Skeleton& skeleton) {
    skeleton.add_file("/dangling/file", "x");
  }, {}));
  CHECK(fs::is_empty(at("outside")));
}
