// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/squashfs_files.h"

#include <CppUTest/TestHarness.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "lib/base/error.h"
#include "tests/unit/image_tree.h"

using namespace slipway;

TEST_GROUP(SquashfsFiles) {
  ImageTree tree;
  TemporaryDirectory directory;
  Fd image;

  // As `slipway build` makes it. Null where this machine has no mksquashfs.
  std::unique_ptr<ImageFiles> files() {
    const std::string path = directory.path() + "/image";
    const std::string command = "mksquashfs " + tree.path() + " " + path + " -quiet -no-progress >/dev/null 2>&1";
    if (system(command.c_str()) != 0) return nullptr;
    image.reset(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return squashfs_files(image.get(), 0);
  }

  static std::string content(const Fd& file) {
    std::string text(1 << 22, '\0');
    const ssize_t size = file ? pread(file.get(), text.data(), text.size(), 0) : -1;
    return size < 0 ? "none" : text.substr(0, size);
  }
};

TEST(SquashfsFiles, ReadsThroughLinksOfAllKinds) {
  tree.write("/usr/lib/a", "inside");
  tree.link("/lib", "usr/lib");
  tree.link("/opt/absolute", "/lib/a");
  tree.link("/opt/upwards", "../../../../lib/./a");
  const std::unique_ptr<ImageFiles> image_files = files();
  if (!image_files) return;
  for (const char* path : {"/usr/lib/a", "/lib/a", "/opt/absolute", "/opt/upwards", "/../lib//a"}) {
    STRCMP_EQUAL("inside", content(image_files->open(path)).c_str());
    STRCMP_EQUAL("/usr/lib/a", image_files->real_path(path).c_str());
  }
}

TEST(SquashfsFiles, WhatIsNoFileIsNotOpened) {
  tree.write("/directory/a", "");
  tree.link("/circle", "circle");
  const std::unique_ptr<ImageFiles> image_files = files();
  if (!image_files) return;
  for (const char* path : {"/directory", "/circle", "/none", "/directory/a/b"}) CHECK(!image_files->open(path));
  STRCMP_EQUAL("", image_files->real_path("/circle").c_str());
  STRCMP_EQUAL("/", image_files->real_path("/directory/..").c_str());
}

TEST(SquashfsFiles, ReadsLargeFilesWhole) {
  std::string large;
  while (large.size() < (3 << 20)) large += std::to_string(large.size()) + " ";
  tree.write("/large", large);
  const std::unique_ptr<ImageFiles> image_files = files();
  if (!image_files) return;
  CHECK(content(image_files->open("/large")) == large);
  CHECK(content(image_files->open("/large")) == large);
}

TEST(SquashfsFiles, NamesAreSorted) {
  tree.write("/d/b", "");
  tree.write("/d/a", "");
  const std::unique_ptr<ImageFiles> image_files = files();
  if (!image_files) return;
  CHECK(image_files->names_in("/d") == (std::vector<std::string>{"a", "b"}));
  CHECK(image_files->names_in("/d/a").empty());
  CHECK(image_files->names_in("/none").empty());
}

TEST(SquashfsFiles, WhatIsNoSquashfsIsAnError) {
  image.reset(open(directory.write("image", "text").c_str(), O_RDONLY | O_CLOEXEC));
  CHECK_THROWS(Error, squashfs_files(image.get(), 0));
}
