// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/library_search.h"

#include <CppUTest/TestHarness.h>

#include <cstdint>

#include "tests/unit/cache_file.h"
#include "tests/unit/elf_file.h"
#include "tests/unit/image_tree.h"

using namespace slipway;

namespace {

// Until glibc 2.31 another table stood before it.
std::string old_cache_before(const std::string& cache) {
  std::string bytes("ld.so-1.7.0", 12);
  const uint32_t count = 3;
  bytes.append(reinterpret_cast<const char*>(&count), sizeof count);
  return bytes + std::string(3 * 12 + 4, '\0') + cache;
}

std::string paths_in(const std::string& cache, const std::string& name) {
  std::string joined;
  for (const std::string& path : LibraryCache(cache).paths_of(name)) joined += path + " ";
  return joined;
}

}  // namespace

TEST_GROUP(LibrarySearch) {
  ImageTree tree;
  FilesBelow files = tree.files();

  void library(const std::string& path, const ElfText& text = {}) {
    tree.write(path, elf_file(text));
  }
  std::string found(const std::string& name, const RunPath& run_path = {},
                    const std::vector<std::string>& first_directories = {}) {
    return LibrarySearch(files, first_directories).find(name, run_path);
  }
};

TEST(LibrarySearch, LooksInDefaultDirectories) {
  library("/usr/lib64/liba.so.1");
  library("/usr/local/lib/liba.so.1");
  STRCMP_EQUAL("/usr/lib64/liba.so.1", found("liba.so.1").c_str());
  STRCMP_EQUAL("", found("libb.so.1").c_str());
}

TEST(LibrarySearch, TheOrderIsTheLoaders) {
  for (const char* directory : {"/rpath", "/first", "/runpath", "/cached", "/usr/lib"}) {
    library(std::string(directory) + "/liba.so.1");
  }
  tree.write("/etc/ld.so.cache", cache_file({{"liba.so.1", "/cached/liba.so.1"}}));
  STRCMP_EQUAL("/rpath/liba.so.1", found("liba.so.1", {{"/rpath"}, {}}, {"/first"}).c_str());
  STRCMP_EQUAL("/first/liba.so.1", found("liba.so.1", {{}, {"/runpath"}}, {"/first"}).c_str());
  STRCMP_EQUAL("/runpath/liba.so.1", found("liba.so.1", {{"/rpath"}, {"/runpath"}}).c_str());
  STRCMP_EQUAL("/cached/liba.so.1", found("liba.so.1").c_str());
}

TEST(LibrarySearch, PassesOverWhatCannotBeLoaded) {
  library("/first/liba.so.1", {.needed = {}, .is_other_class = true});
  tree.write("/lib64/liba.so.1", "GROUP ( /lib64/libc.so.6 )");
  library("/usr/lib64/liba.so.1");
  STRCMP_EQUAL("/usr/lib64/liba.so.1", found("liba.so.1", {}, {"/first"}).c_str());
}

TEST(LibrarySearch, OriginIsWhereTheFileLies) {
  ElfFile elf;
  elf.runpath = {"$ORIGIN/../lib", "${ORIGIN}"};
  const RunPath run_path = run_path_of(elf, "/opt/x/bin/program");
  STRCMP_EQUAL("/opt/x/bin/../lib", run_path.runpath[0].c_str());
  STRCMP_EQUAL("/opt/x/bin", run_path.runpath[1].c_str());
}

TEST(LibrarySearch, AnRpathHoldsForTheLibrariesLibrariesTooAndARunpathDoesNot) {
  library("/opt/lib/libb.so");
  for (const bool is_rpath : {true, false}) {
    ElfFile program;
    (is_rpath ? program.rpath : program.runpath) = {"/opt/lib"};
    const RunPath loader = run_path_of(program, "/bin/program");
    STRCMP_EQUAL("/opt/lib/libb.so", found("libb.so", loader).c_str());
    const RunPath of_its_library = run_path_of(ElfFile(), "/opt/lib/liba.so", loader);
    STRCMP_EQUAL(is_rpath ? "/opt/lib/libb.so" : "", found("libb.so", of_its_library).c_str());
  }
}

TEST(LibrarySearch, ReadsTheCacheOfBothFormats) {
  const std::string cache =
      cache_file({{"libb.so", "/x/libb.so"}, {"liba.so", "/hwcaps/liba.so", 2}, {"liba.so", "/x/liba.so"}});
  for (const std::string& bytes : {cache, old_cache_before(cache)}) {
    STRCMP_EQUAL("/x/liba.so /hwcaps/liba.so ", paths_in(bytes, "liba.so").c_str());
    STRCMP_EQUAL("", paths_in(bytes, "lib").c_str());
    CHECK(LibraryCache(bytes).names() == (std::vector<std::string>{"liba.so", "libb.so"}));
  }
}

// Whatever numbers it has, what comes out of it was in it.
TEST(LibrarySearch, SurvivesADamagedCache) {
  const std::string cache = old_cache_before(cache_file({{"liba.so", "/x/liba.so"}, {"libb.so", "/x/libb.so"}}));
  for (size_t at = 0; at < cache.size(); ++at) {
    std::string damaged = cache;
    damaged[at] = '\xff';
    for (const std::string& wrong : {damaged, cache.substr(0, at)}) {
      const LibraryCache read(wrong);
      CHECK(read.names().size() <= 2);
      for (const std::string& path : read.paths_of("liba.so")) CHECK(path.size() < cache.size());
    }
  }
}

TEST(LibrarySearch, ReadsTheCacheOfThisMachine) {
  const FilesBelow host(Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)));
  if (!host.open("/etc/ld.so.cache")) return;
  const LibrarySearch search(host);
  CHECK(!search.cache().paths_of("libc.so.6").empty());
  CHECK(!search.find("libc.so.6").empty());
}
