// SPDX-License-Identifier: BSD-3-Clause
#include "lib/hostlibs/host_libraries.h"

#include <algorithm>

#include "lib/base/error.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/image_tree.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Lines = std::vector<std::string>;

// A host and an image, each with its libraries in /usr/lib.
TEST_GROUP(HostLibraries) {
  ImageTree host, image;
  std::vector<LibraryRule> table;

  void teardown() override { table.clear(); }

  static void add(ImageTree& root, const std::string& name, const ElfText& text) {
    ElfText named = text;
    named.soname = name;
    root.write("/usr/lib/" + name, elf_file(named));
  }

  HostLibraries collect(const Lines& names) {
    const FilesBelow host_files = host.files(), image_files = image.files();
    const LibrarySearch host_search(host_files), image_search(image_files);
    return host_libraries(names, {host_files, host_search}, {image_files, image_search}, table, "--what");
  }
  // "NAME PATH"
  Lines lines(const Lines& names) {
    Lines found;
    for (const HostLibraries::Library& library : collect(names).libraries) {
      found.push_back(library.name + " " + library.path);
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  std::string complaint(const Lines& names) {
    try {
      collect(names);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
};

TEST(HostLibraries, BringAllThatTheyNeedButGlibc) {
  add(host, "libmpi.so.40", {{"libpal.so.4", "libc.so.6", "ld-linux-x86-64.so.2"}});
  host.write("/usr/lib/libpal.so.4.1", elf_file({{"libm.so.6", "libevent.so.2"}, "libpal.so.4"}));
  host.link("/usr/lib/libpal.so.4", "libpal.so.4.1");
  add(host, "libevent.so.2", {{"libpal.so.4"}});  // a circle
  for (const char* name : {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"}) add(host, name, {{}});
  CHECK((Lines{"libevent.so.2 /usr/lib/libevent.so.2", "libmpi.so.40 /usr/lib/libmpi.so.40",
               "libpal.so.4 /usr/lib/libpal.so.4.1"} == lines({"libmpi.so.40"})));
}

TEST(HostLibraries, OneThatIsMissingIsNamedWithWhatNeedsIt) {
  add(host, "libmpi.so.40", {{"libpal.so.4"}});
  STRCMP_CONTAINS("--what: this node has no libpal.so.4, which /usr/lib/libmpi.so.40 needs; ",
                  complaint({"libmpi.so.40"}).c_str());
  STRCMP_CONTAINS("--what: this node has no libmpi.so.12; ", complaint({"libmpi.so.12"}).c_str());
}

TEST(HostLibraries, TheNewestGlibcOfAllThatMustBeThereCounts) {
  add(host, "libmpi.so.40", {{"libpal.so.4"}, "", "", "", {{"libc.so.6", {"GLIBC_2.9", "GLIBC_PRIVATE"}}}});
  add(host, "libpal.so.4", {{}, "", "", "", {{"libc.so.6", {"GLIBC_2.34"}}, {"libm.so.6", {"GLIBC_2.29"}}}});
  CHECK((GlibcVersion{2, 34} == collect({"libmpi.so.40"}).glibc));
}

TEST(HostLibraries, OfFilesThatALibraryOpensItselfNothingMustBeThere) {
  add(host, "libucs.so.0", {{}});
  add(host, "libibverbs.so.1", {{}});
  host.write("/usr/lib/ucx/deep/libuct_ib.so.0",
             elf_file({{"libibverbs.so.1", "libnowhere.so.1"}, "", "", "", {{"libc.so.6", {"GLIBC_2.99"}}}}));
  table = {{LibraryRule::kBeside, "libucs.so.*", "ucx"}, {LibraryRule::kBeside, "libucs.so.*", "nothing"}};
  const HostLibraries found = collect({"libucs.so.0"});
  CHECK((Lines{"/usr/lib/ucx"} == found.places));
  CHECK((GlibcVersion{} == found.glibc));
  CHECK((Lines{"libibverbs.so.1 /usr/lib/libibverbs.so.1", "libucs.so.0 /usr/lib/libucs.so.0"} ==
         lines({"libucs.so.0"})));
}

TEST(HostLibraries, PlacesAreFoundFromTheLibrarysLinkFromItsFileAndAbsolutely) {
  host.write("/usr/lib/pmix2/lib/libpmix.so.2.6", elf_file({{}, "libpmix.so.2"}));
  host.link("/usr/lib/libpmix.so.2", "pmix2/lib/libpmix.so.2.6");
  host.write("/usr/lib/pmix2/lib/pmix/x", "");
  host.write("/usr/lib/openmpi/x", "");
  host.write("/etc/pmix.conf", "a");
  table = {{LibraryRule::kBeside, "libpmix.so.2", "pmix"},
           {LibraryRule::kBeside, "libpmix.so.2", "openmpi"},
           {LibraryRule::kBeside, "libpmix.so.2", "/etc/pmix.conf"},
           {LibraryRule::kBeside, "libother.so.2", "/etc"}};
  CHECK((Lines{"/usr/lib/pmix2/lib/pmix", "/usr/lib/openmpi", "/etc/pmix.conf"} == collect({"libpmix.so.2"}).places));
}

TEST(HostLibraries, NeighboursComeAlongUnderTheirOwnNames) {
  add(host, "libmpi.so.40", {{}});
  host.write("/usr/lib/libmpi_f.so.40.3", elf_file({{}, "libmpi_f.so.40"}));
  host.link("/usr/lib/libmpi_f.so.40", "libmpi_f.so.40.3");
  table = {{LibraryRule::kWith, "libmpi.so.*", "libmpi_*.so.*"}};
  CHECK((Lines{"libmpi.so.40 /usr/lib/libmpi.so.40", "libmpi_f.so.40 /usr/lib/libmpi_f.so.40.3"} ==
         lines({"libmpi.so.40"})));
}

TEST(HostLibraries, TheCompilersAreTheImagesWhereThatHasAllTheirVersions) {
  add(host, "libmpi.so.40", {{"libstdc++.so.6"}});
  const std::vector<std::string> old = {"libstdc++.so.6", "GLIBCXX_3.4.1"};
  const std::vector<std::string> newer = {"libstdc++.so.6", "GLIBCXX_3.4.1", "GLIBCXX_3.4.30"};
  add(host, "libstdc++.so.6", {{}, "", "", "", {}, newer});
  add(image, "libstdc++.so.6", {{}, "", "", "", {}, newer});
  LONGS_EQUAL(1, lines({"libmpi.so.40"}).size());
  add(image, "libstdc++.so.6", {{}, "", "", "", {}, old});
  LONGS_EQUAL(2, lines({"libmpi.so.40"}).size());
}

TEST(HostLibraries, TheGlibcOfARootIsItsNewestVersion) {
  add(image, "libc.so.6", {{}, "", "", "", {}, {"libc.so.6", "GLIBC_2.9", "GLIBC_2.31", "GLIBC_2.4", "GLIBC_PRIVATE"}});
  const FilesBelow files = image.files(), none = host.files();
  CHECK((GlibcVersion{2, 31} == glibc_of({files, LibrarySearch(files)})));
  CHECK((GlibcVersion{} == glibc_of({none, LibrarySearch(none)})));
}
