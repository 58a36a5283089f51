// SPDX-License-Identifier: BSD-3-Clause
#include "cli/output_file.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "tests/unit/in_child.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(OutputFile) {
  TemporaryDirectory directory;
  const std::string path = directory.path() + "/out";

  size_t files() const {
    const std::filesystem::directory_iterator listing(directory.path());
    return std::distance(begin(listing), end(listing));
  }

  static std::string error_of(const std::function<void()>& body) {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }
};

TEST(OutputFile, HasItsNameOnlyWhenItIsFinished) {
  OutputFile file(path, Existing::kKept);
  file.write_at(2, "cd");
  file.write_at(0, "ab");
  CHECK(!std::filesystem::exists(path));
  file.finish();
  STRCMP_EQUAL("abcd", text_of_file(path).c_str());
  LONGS_EQUAL(1, files());
}

TEST(OutputFile, IsRemovedUnlessItIsFinished) {
  { const OutputFile file(path, Existing::kKept); }
  LONGS_EQUAL(0, files());
}

TEST(OutputFile, HasTheModeThatTheUmaskLeaves) {
  const mode_t before = umask(027);
  OutputFile file(path, Existing::kKept);
  file.finish();
  umask(before);
  struct stat status;
  LONGS_EQUAL(0, stat(path.c_str(), &status));
  LONGS_EQUAL(0640, status.st_mode & 07777);
}

TEST(OutputFile, KeepsWhatExists) {
  directory.write("out", "before");
  const std::string error = error_of([&] { OutputFile(path, Existing::kKept); });
  STRCMP_EQUAL((path + ": exists already; add --force to replace it").c_str(), error.c_str());
  LONGS_EQUAL(1, files());
}

TEST(OutputFile, KeepsALinkThatLeadsNowhere) {
  std::filesystem::create_symlink("/no/such/file", path);
  STRCMP_CONTAINS("exists already", error_of([&] { OutputFile(path, Existing::kKept); }).c_str());
  STRCMP_CONTAINS("remove the link", error_of([&] { OutputFile(path, Existing::kReplaced); }).c_str());
}

TEST(OutputFile, ReplacesTheFileThatALinkLeadsTo) {
  const std::string link = directory.path() + "/link";
  directory.write("out", "before");
  std::filesystem::create_symlink("out", link);
  OutputFile file(link, Existing::kReplaced);
  file.write_at(0, "after");
  file.finish();
  STRCMP_EQUAL("after", text_of_file(path).c_str());
  CHECK(std::filesystem::is_symlink(link));
  LONGS_EQUAL(2, files());
}

TEST(OutputFile, KeepsWhatAppearsMeanwhile) {
  {
    OutputFile file(path, Existing::kKept);
    directory.write("out", "meanwhile");
    STRCMP_CONTAINS("exists already", error_of([&] { file.finish(); }).c_str());
  }
  STRCMP_EQUAL("meanwhile", text_of_file(path).c_str());
  LONGS_EQUAL(1, files());
}

TEST(OutputFile, ReplacesWhereThatIsWanted) {
  directory.write("out", "before");
  OutputFile file(path, Existing::kReplaced);
  file.write_at(0, "after");
  STRCMP_EQUAL("before", text_of_file(path).c_str());
  file.finish();
  STRCMP_EQUAL("after", text_of_file(path).c_str());
}

TEST(OutputFile, NeverReplacesWhatIsNoFile) {
  const std::string link = directory.path() + "/link", pipe = directory.path() + "/pipe";
  LONGS_EQUAL(0, mkfifo(pipe.c_str(), 0600));
  std::filesystem::create_symlink("/dev/null", link);
  for (const std::string& other : {directory.path(), directory.path() + "/", link, pipe, std::string("/dev/null")}) {
    STRCMP_CONTAINS("; name the file that is to be written",
                    error_of([&] { OutputFile(other, Existing::kReplaced); }).c_str());
  }
  LONGS_EQUAL(2, files());
}

TEST(OutputFile, ASignalRemovesIt) {
  for (const int number : {SIGHUP, SIGINT, SIGTERM, SIGXCPU}) {
    in_child([&] {
      const OutputFile file(path, Existing::kKept);
      raise(number);
    });
    LONGS_EQUAL(0, files());
  }
}

TEST(OutputFile, AnIgnoredSignalStaysIgnored) {
  const Ended ended = in_child([&] {
    signal(SIGHUP, SIG_IGN);
    OutputFile file(path, Existing::kKept);
    raise(SIGHUP);
    file.finish();
  });
  LONGS_EQUAL(0, ended.exit_code);
  LONGS_EQUAL(1, files());
}
