// SPDX-License-Identifier: BSD-3-Clause
#include "lib/elf/library_cache_file.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "lib/base/text_file.h"
#include "tests/unit/cache_file.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Libraries = std::vector<CachedLibrary>;

namespace {

constexpr char kLdconfig[] = "/sbin/ldconfig";

std::string with(const std::string& cache, const Libraries& libraries) {
  return cache_with(LibraryCache(cache), libraries);
}

// "NAME=PATH ..." in the order of the file, those for some processors or other machines with a star.
std::string entries_of(const std::string& cache) {
  std::string text;
  CacheHeader header;
  memcpy(&header, cache.data(), sizeof header);
  for (size_t i = 0; i < header.count; ++i) {
    CacheEntry entry;
    memcpy(&entry, cache.data() + sizeof header + i * sizeof entry, sizeof entry);
    const bool is_special = entry.processors != 0 || entry.flags != kCachedForHere;
    text += std::string(cache.data() + entry.name) + "=" + (cache.data() + entry.path) + (is_special ? "* " : " ");
  }
  return text;
}

// What glibc's own program says of it.
std::string listed_by_ldconfig(const std::string& cache) {
  const TemporaryDirectory directory;
  const std::string command = std::string(kLdconfig) + " -p -C " + directory.write("cache", cache) + " 2>&1";
  const std::unique_ptr<FILE, int (*)(FILE*)> output(popen(command.c_str(), "r"), pclose);
  std::string text;
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof buffer, output.get())) text.append(buffer, size);
  return text;
}

}  // namespace

TEST_GROUP(LibraryCacheFile){};

TEST(LibraryCacheFile, OursTakeThePlaceOfTheImagesAndTheOthersStay) {
  const std::string cache = cache_file({{"libz.so.1", "/lib/libz.so.1"},
                                        {"libcuda.so.1", "/hwcaps/libcuda.so.1", 2},
                                        {"libcuda.so.1", "/lib/libcuda.so.1"},
                                        {"libcuda.so.1", "/lib32/libcuda.so.1", 0, kCachedForI386},
                                        {"liba.so.1", "/lib/liba.so.1"}});
  STRCMP_EQUAL("libz.so.1=/lib/libz.so.1 libcuda.so.1=/host/libcuda.so.1 libcuda.so.1=/lib32/libcuda.so.1* "
               "libb.so.1=/host/libb.so.1 liba.so.1=/lib/liba.so.1 ",
               entries_of(with(cache, {{"libcuda.so.1", "/host/libcuda.so.1"}, {"libb.so.1", "/host/libb.so.1"}}))
                   .c_str());
}

TEST(LibraryCacheFile, NumbersInNamesCountAsNumbersAndAfterAllElse) {
  const std::string cache = cache_file({{"libx.so.1", "/x"}});
  STRCMP_EQUAL("libx.so.10=/d libx.so.9=/c libx.so.1=/x libx.so=/b libx-1.so=/a libx-a.so=/e ",
               entries_of(with(cache, {{"libx-1.so", "/a"},
                                       {"libx.so", "/b"},
                                       {"libx.so.9", "/c"},
                                       {"libx.so.10", "/d"},
                                       {"libx-a.so", "/e"}}))
                   .c_str());
}

TEST(LibraryCacheFile, OfTwoOfOneNameTheFirstCounts) {
  STRCMP_EQUAL("libx.so.1=/newer ",
               entries_of(with(cache_file({{"libx.so.1", "/x"}}), {{"libx.so.1", "/newer"}, {"libx.so.1", "/older"}}))
                   .c_str());
}

TEST(LibraryCacheFile, WhatIsNoCacheGivesNone) {
  const Libraries libraries = {{"liba.so.1", "/a"}};
  STRCMP_EQUAL("", with("", libraries).c_str());
  STRCMP_EQUAL("", with("some text that is longer than the header of a real cache would be", libraries).c_str());
  STRCMP_EQUAL("", with(cache_file({}), libraries).c_str());
}

TEST(LibraryCacheFile, EntriesWhoseDirectoryIsUnknownGo) {
  const std::string cache = cache_file(
      {{"libx.so.1", "/v3/libx.so.1", kCacheHasDirectory | 1}, {"libx.so.1", "/x"}}, {"x86-64-v2"});
  STRCMP_EQUAL("libx.so.1=/x liba.so.1=/a ", entries_of(with(cache, {{"liba.so.1", "/a"}})).c_str());
}

TEST(LibraryCacheFile, GlibcsOwnProgramReadsItWithItsDirectories) {
  if (access(kLdconfig, X_OK) != 0) return;
  const std::string cache = cache_file({{"libx.so.1", "/v3/libx.so.1", kCacheHasDirectory | 1},
                                        {"libx.so.1", "/v2/libx.so.1", kCacheHasDirectory},
                                        {"libx.so.1", "/lib/libx.so.1"}},
                                       {"x86-64-v2", "x86-64-v3"});
  const std::string listed = listed_by_ldconfig(with(cache, {{"libcuda.so.1", "/host/libcuda.so.1"}}));
  STRCMP_CONTAINS("4 libs found", listed.c_str());
  STRCMP_CONTAINS(", hwcap: \"x86-64-v3\") => /v3/libx.so.1\n", listed.c_str());
  STRCMP_CONTAINS(", hwcap: \"x86-64-v2\") => /v2/libx.so.1\n", listed.c_str());
  STRCMP_CONTAINS("\tlibcuda.so.1 (libc6,", listed.c_str());
  STRCMP_CONTAINS(") => /host/libcuda.so.1\n", listed.c_str());
}

TEST(LibraryCacheFile, OfThisMachinesCacheNothingIsLostOrMoved) {
  const std::string cache = text_of_file("/etc/ld.so.cache");
  if (cache.empty()) return;
  STRCMP_EQUAL(entries_of(LibraryCache(cache).bytes()).c_str(), entries_of(with(cache, {})).c_str());
}

// Whatever numbers it has, what comes out of it was in it.
TEST(LibraryCacheFile, SurvivesADamagedCache) {
  const std::string cache = cache_file(
      {{"libx.so.1", "/v2/libx.so.1", kCacheHasDirectory}, {"libx.so.1", "/lib/libx.so.1"}}, {"x86-64-v2"});
  for (size_t at = 0; at < cache.size(); ++at) {
    for (const char byte : {'\xff', '\x7f', '\0', '\x01'}) {
      std::string damaged = cache;
      damaged[at] = byte;
      for (const std::string& wrong : {damaged, cache.substr(0, at)}) {
        CHECK(with(wrong, {{"liba.so.1", "/a"}}).size() < 2 * cache.size());
      }
    }
  }
}
