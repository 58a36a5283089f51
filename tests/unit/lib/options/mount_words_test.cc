// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/mount_words.h"

#include <sys/mount.h>

#include "lib/base/error.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

TEST_GROUP(MountWords){
    static MountWord word_of(const std::string& text){const std::vector<MountWord> words = mount_words(text, "--m");
LONGS_EQUAL(1, words.size());
return words[0];
}
static std::string complaint_about(const std::string& text) {
  try {
    mount_words(text, "--m");
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}
static std::string absolute(const std::string& text, const std::string& directory = "/here") {
  return with_absolute_sources(text, "--m", directory);
}
}
;

TEST(MountWords, ASourceAloneIsBoundAtItsOwnPlace) {
  const MountWord word = word_of("/data");
  CHECK(word.kind == MountWord::kBind);
  CHECK(word.how == MountWord::kAsItIs);
  STRCMP_EQUAL("/data", word.source.c_str());
  STRCMP_EQUAL("", word.target.c_str());
  LONGS_EQUAL(0, word.flags);
}

TEST(MountWords, AFlagBehindACommaIsNoMount) {
  STRCMP_EQUAL("--m=...noexec: is a flag, and a comma begins another mount; join flags with +, as in SRC:DST:ro+noexec",
               complaint_about("/a:/b:ro,noexec").c_str());
  STRCMP_EQUAL("", complaint_about("/a:/b:ro,./noexec:/c").c_str());
}

TEST(MountWords, SourceTargetAndFlagsStandBetweenColons) {
  const MountWord word = word_of("/data:/mnt:ro+nosuid+nodev+noexec");
  STRCMP_EQUAL("/data", word.source.c_str());
  STRCMP_EQUAL("/mnt", word.target.c_str());
  LONGS_EQUAL(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, word.flags);
}

TEST(MountWords, AnEmptyTargetIsTheSourcesOwn) {
  const MountWord word = word_of("/data::ro");
  STRCMP_EQUAL("", word.target.c_str());
  LONGS_EQUAL(MS_RDONLY, word.flags);
}

TEST(MountWords, EmptyFieldsAtTheEndAreNone) {
  STRCMP_EQUAL("/mnt", word_of("/data:/mnt:").target.c_str());
  STRCMP_EQUAL("", word_of("/data:").target.c_str());
  STRCMP_EQUAL("", word_of("/data::").target.c_str());
}

TEST(MountWords, CommasStandBetweenSeveral) {
  const std::vector<MountWord> words = mount_words("/a,/b:/c", "--m");
  LONGS_EQUAL(2, words.size());
  STRCMP_EQUAL("/a", words[0].source.c_str());
  STRCMP_EQUAL("/c", words[1].target.c_str());
}

TEST(MountWords, ABackslashMakesSeparatorsPartOfNames) {
  const MountWord word = word_of("/a\\,b\\:c\\\\:/d\\:e");
  STRCMP_EQUAL("/a,b:c\\", word.source.c_str());
  STRCMP_EQUAL("/d:e", word.target.c_str());
}

TEST(MountWords, ABackslashAtTheEndIsPartOfTheName) {
  STRCMP_EQUAL("/a\\", word_of("/a\\").source.c_str());
}

TEST(MountWords, OtherBytesArePartOfNames) {
  STRCMP_EQUAL("/d\xc3\xa4ta \xff", word_of("/d\xc3\xa4ta \xff").source.c_str());
}

TEST(MountWords, ANameMayBeginWithADash) {
  STRCMP_EQUAL("-a", word_of("-a:/b").source.c_str());
}

TEST(MountWords, WithoutASourceThereIsNoMount) {
  for (const char* text : {"", ",", ":", "::", ":/b", "/a,", ",/a", "/a,,/b", "::ro", ":/b:ro"}) {
    STRCMP_CONTAINS("is no mount; write SRC[:DST[:FLAGS]]", complaint_about(text).c_str());
  }
}

TEST(MountWords, FourFieldsAreNoMount) {
  STRCMP_CONTAINS("--m=/a:/b:ro:rw: is no mount", complaint_about("/a:/b:ro:rw").c_str());
}

TEST(MountWords, ATargetIsAbsolute) {
  for (const char* text : {"/a:b", "/a:ro", "/a:./b", "/a:-b", "tmpfs:b", "umount:b"}) {
    STRCMP_CONTAINS("is not an absolute path inside the container", complaint_about(text).c_str());
  }
}

TEST(MountWords, NothingCoversTheRootOfTheContainer) {
  for (const char* text : {"/a:/", "/a://", "/a:/.", "/a:/..", "/a:/b/..", "/", "/::ro", "//", "tmpfs:/", "umount:/"}) {
    STRCMP_CONTAINS("/ is the container's own root; name the place", complaint_about(text).c_str());
  }
}

TEST(MountWords, TheHostsRootHasAPlaceInside) {
  STRCMP_EQUAL("/", word_of("/:/host:ro").source.c_str());
}

TEST(MountWords, AnUnknownFlagIsNamed) {
  STRCMP_CONTAINS("--m=/a:/b:ro+fast: there is no flag fast; join with +", complaint_about("/a:/b:ro+fast").c_str());
  for (const char* flag : {"RO", "shared", "x-create", "x-create=", "x-create=link", "size=1g", "ro rw", "r\\o"}) {
    STRCMP_CONTAINS("there is no flag ", complaint_about(std::string("/a:/b:") + flag).c_str());
  }
}

TEST(MountWords, AnEmptyFlagIsAnError) {
  for (const char* flags : {"+", "ro+", "+ro", "ro++nodev"}) {
    STRCMP_CONTAINS("a flag is empty; join with +", complaint_about(std::string("/a:/b:") + flags).c_str());
  }
}

TEST(MountWords, WhatCannotBePrintedIsShownInHex) {
  STRCMP_CONTAINS("--m=/a:\\x1b[0m: \\x1b[0m is not", complaint_about("/a:\x1b[0m").c_str());
}

TEST(MountWords, TheLastOfReadOnlyAndWritableCounts) {
  LONGS_EQUAL(0, word_of("/a:/b:ro+rw").flags);
  LONGS_EQUAL(MS_NODEV, word_of("/a:/b:nodev+ro+rw").flags);
  LONGS_EQUAL(MS_RDONLY, word_of("/a:/b:rw+ro").flags);
}

TEST(MountWords, FlagsSayWhetherMountsBelowComeAlong) {
  CHECK(word_of("/a:/b:bind").how == MountWord::kTop);
  CHECK(word_of("/a:/b:rbind").how == MountWord::kTree);
}

TEST(MountWords, FlagsSayWhatPropagates) {
  LONGS_EQUAL(0, word_of("/a:/b").propagation);
  LONGS_EQUAL(MS_PRIVATE | MS_REC, word_of("/a:/b:rprivate").propagation);
  LONGS_EQUAL(MS_SLAVE, word_of("/a:/b:slave").propagation);
  LONGS_EQUAL(MS_UNBINDABLE | MS_REC, word_of("/a:/b:runbindable").propagation);
}

TEST(MountWords, FlagsSayWhatAMissingTargetBecomes) {
  CHECK(word_of("/a:/b").create == MountWord::kAuto);
  CHECK(word_of("/a:/b:x-create=dir").create == MountWord::kDirectory);
  CHECK(word_of("/a:/b:x-create=file").create == MountWord::kFile);
  CHECK(word_of("/a:/b:x-create=dir+x-create=auto").create == MountWord::kAuto);
}

TEST(MountWords, TmpfsIsAnEmptyDirectory) {
  const MountWord word = word_of("tmpfs:/scratch:size=20%+ro");
  CHECK(word.kind == MountWord::kTmpfs);
  STRCMP_EQUAL("", word.source.c_str());
  STRCMP_EQUAL("/scratch", word.target.c_str());
  STRCMP_EQUAL("20%", word.size.c_str());
  LONGS_EQUAL(MS_RDONLY, word.flags);
}

TEST(MountWords, UmountAndDetachTakeAMountAway) {
  CHECK(word_of("umount:/b").kind == MountWord::kUnmount);
  CHECK(word_of("/a:/b:x-detach").kind == MountWord::kUnmount);
}

TEST(MountWords, WhatHasNoSourceNamesATarget) {
  for (const char* text : {"tmpfs", "umount", "tmpfs:", "umount::", "/a::x-detach"}) {
    STRCMP_CONTAINS("names no place inside", complaint_about(text).c_str());
  }
}

TEST(MountWords, ADirectoryMayBeCalledTmpfs) {
  CHECK(word_of("./tmpfs:/a").kind == MountWord::kBind);
  CHECK(word_of("/tmpfs:/a").kind == MountWord::kBind);
}

TEST(MountWords, ASizeIsANumberWithAUnit) {
  for (const char* size : {"0", "4096", "1k", "1m", "1g", "1K", "1M", "1G", "50%"})
    CHECK_TEXT(is_tmpfs_size(size), size);
}

TEST(MountWords, OtherTextsAreNoSizes) {
  for (const char* size : {"", "g", "%", "-1", "+1", "1.5g", "1gb", "1%%", "k1", "1 g", " 1", "1t"}) {
    CHECK_FALSE_TEXT(is_tmpfs_size(size), size);
    STRCMP_CONTAINS("there is no flag size=", complaint_about(std::string("tmpfs:/a:size=") + size).c_str());
  }
}

TEST(MountWords, ASizeAddsNoOptionToTheMount) {
  CHECK_FALSE(is_tmpfs_size("1,mode=0777"));
}

TEST(MountWords, RelativeSourcesAreTakenFromTheDirectory) {
  STRCMP_EQUAL("/here/a,/b:/c,/here/./d:/e:ro", absolute("a,/b:/c,./d:/e:ro").c_str());
  STRCMP_EQUAL("/a", absolute("a", "/").c_str());
  STRCMP_EQUAL("/here/-a", absolute("-a").c_str());
}

TEST(MountWords, TheDirectorysOwnSeparatorsAreEscaped) {
  STRCMP_EQUAL("/x\\,y\\:z\\\\/a", absolute("a", "/x,y:z\\").c_str());
  STRCMP_EQUAL("/x,y:z\\/a", word_of(absolute("a", "/x,y:z\\")).source.c_str());
}

TEST(MountWords, WhatHasNoSourceGetsNone) {
  STRCMP_EQUAL("tmpfs:/a,umount:/b,a:/c:x-detach", absolute("tmpfs:/a,umount:/b,a:/c:x-detach").c_str());
}

TEST(MountWords, AbsoluteSourcesStayAsTheyAre) {
  const std::string once = absolute("a\\,b,\\/c,d\\");
  STRCMP_EQUAL(once.c_str(), absolute(once, "/elsewhere").c_str());
}

TEST(MountWords, OnlyABindWithATargetMayBeAnImage) {
  CHECK(may_be_data_image(word_of("/a.sif:/a")));
  for (const char* text : {"/a.sif", "/a.sif:/a:bind", "/a.sif:/a:rbind", "tmpfs:/a", "umount:/a"}) {
    CHECK_FALSE_TEXT(may_be_data_image(word_of(text)), text);
  }
}

TEST(MountWords, AreDescribedToPeople) {
  STRCMP_EQUAL("/a", description_of(word_of("/a")).c_str());
  STRCMP_EQUAL("/a at /b (ro)", description_of(word_of("/a:/b:ro")).c_str());
  STRCMP_EQUAL("an empty directory in memory at /b", description_of(word_of("tmpfs:/b")).c_str());
  STRCMP_EQUAL("nothing, whatever was mounted at /b", description_of(word_of("umount:/b")).c_str());
}

TEST(MountWords, ManyAreRead) {
  std::string text = "/0";
  for (int i = 1; i < 10000; ++i) text += ",/" + std::to_string(i) + ":/t" + std::to_string(i);
  const std::vector<MountWord> words = mount_words(text, "--m");
  LONGS_EQUAL(10000, words.size());
  STRCMP_EQUAL("/t9999", words.back().target.c_str());
}
