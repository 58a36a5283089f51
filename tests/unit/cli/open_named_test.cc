// SPDX-License-Identifier: BSD-3-Clause
#include "cli/open_named.h"

#include <unistd.h>

#include <filesystem>

#include "lib/base/error.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;

TEST_GROUP(OpenNamed) {
  TemporaryDirectory directory;
  const std::filesystem::path before = std::filesystem::current_path();
  struct stat status;

  void setup() override {
    std::filesystem::create_directory(directory.path() + "/images");
    directory.write("images/hello.sif", "hello");
    std::filesystem::current_path(directory.path());
  }
  void teardown() override { std::filesystem::current_path(before); }

  std::string error_of(const std::string& path, const std::string& remedy = "") {
    try {
      open_named(path, status, remedy);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }
};

TEST(OpenNamed, OpensAFile) {
  CHECK(open_named("images/hello.sif", status).get() >= 0);
  LONGS_EQUAL(5, status.st_size);
}

TEST(OpenNamed, OffersTheClosestNameAsItWouldHaveBeenTyped) {
  STRCMP_EQUAL("images/helo.sif: open: No such file or directory; did you mean images/hello.sif?",
               error_of("images/helo.sif", "name an image").c_str());
  STRCMP_EQUAL("imgaes/hello.sif: open: No such file or directory; did you mean images/hello.sif?",
               error_of("imgaes/hello.sif").c_str());
  STRCMP_EQUAL("./image: open: No such file or directory; did you mean ./images?", error_of("./image").c_str());
  const std::string absolute = directory.path() + "/images/helo.sif";
  STRCMP_CONTAINS(("did you mean " + directory.path() + "/images/hello.sif?").c_str(), error_of(absolute).c_str());
}

TEST(OpenNamed, ElseHasTheRemedyThatItWasGiven) {
  STRCMP_EQUAL("nothing-like-it: open: No such file or directory; name an image",
               error_of("nothing-like-it", "name an image").c_str());
  STRCMP_EQUAL("nothing-like-it: open: No such file or directory", error_of("nothing-like-it").c_str());
}
