// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/image_files.h"

#include <CppUTest/TestHarness.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/image_tree.h"

using namespace slipway;

TEST_GROUP(ImageFiles) {
  ImageTree tree;

  static std::string read_first(const Fd& file) {
    char text[16];
    const ssize_t size = pread(file.get(), text, sizeof text, 0);
    return size < 0 ? "" : std::string(text, size);
  }
};

TEST(ImageFiles, OpensAFileThroughLinksThatTheHostWouldResolveElsewhere) {
  tree.write("/usr/lib/a", "inside");
  tree.link("/lib", "/usr/lib");
  STRCMP_EQUAL("inside", read_first(tree.files().open("/lib/a")).c_str());
}

TEST(ImageFiles, OpensNothingButRegularFiles) {
  tree.write("/directory/a", "");
  mkfifo((tree.path() + "/pipe").c_str(), 0600);
  CHECK(!tree.files().open("/directory"));
  CHECK(!tree.files().open("/pipe"));
  CHECK(!tree.files().open("/none"));
}

TEST(ImageFiles, NoLinkAndNoDotsLeadOut) {
  tree.write("/etc/name", "");
  tree.link("/out", "../../../../../../../../etc/passwd");
  CHECK(!tree.files().open("/out"));
  CHECK(!tree.files().open("/../../../../../../etc/passwd"));
  STRCMP_EQUAL("", tree.files().real_path("/out").c_str());
}

TEST(ImageFiles, ARealPathHasNoLinks) {
  tree.write("/usr/lib/libx.so.1.2", "");
  tree.link("/usr/lib/libx.so.1", "libx.so.1.2");
  tree.link("/lib", "usr/lib");
  STRCMP_EQUAL("/usr/lib/libx.so.1.2", tree.files().real_path("/lib/libx.so.1").c_str());
  STRCMP_EQUAL("/usr/lib", tree.files().real_path("/lib").c_str());
  STRCMP_EQUAL("/", tree.files().real_path("/").c_str());
  STRCMP_EQUAL("", tree.files().real_path("/none").c_str());
}

TEST(ImageFiles, TheHostsOwnRootIsOneToo) {
  const FilesBelow files(Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)));
  STRCMP_EQUAL("/etc", files.real_path("/usr/../etc").c_str());
}

TEST(ImageFiles, NamesAreSortedAndWithoutDots) {
  tree.write("/d/b", "");
  tree.write("/d/a", "");
  const std::vector<std::string> names = tree.files().names_in("/d");
  CHECK_EQUAL(2, names.size());
  STRCMP_EQUAL("a", names[0].c_str());
  STRCMP_EQUAL("b", names[1].c_str());
  CHECK(tree.files().names_in("/d/a").empty());
  CHECK(tree.files().names_in("/none").empty());
}
