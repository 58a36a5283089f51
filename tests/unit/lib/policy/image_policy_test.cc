// SPDX-License-Identifier: BSD-3-Clause

// What the admin's image_... keys say of files in a directory. Owners are this process's own, so that it needs no root.
#include "lib/policy/image_policy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "lib/base/error.h"
#include "tests/unit/temporary.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;
using Words = std::vector<std::string>;

TEST_GROUP(ImagePolicy) {
  TemporaryDirectory directory;
  std::string real = std::filesystem::canonical(directory.path());

  OpenedImage image(const std::string& name, RootKind kind = RootKind::kSquashfs) const {
    return {name, Fd(open((directory.path() + "/" + name).c_str(), O_RDONLY | O_CLOEXEC)), {kind, 0, 1}};
  }
  OpenedImage plain_image() const {
    directory.write("image", "hsqs");
    return image("image");
  }
  static ImageVerdict judge(const OpenedImage& image, const Words& words) {
    const Settings settings = read_settings(words);
    STRCMP_EQUAL("", settings.error.c_str());
    return judge_policy(image, settings);
  }
  bool allows(const std::string& word) const { return judge(plain_image(), {word}).is_allowed; }
};

TEST(ImagePolicy, WithoutKeysEveryImageIsAllowed) {
  const ImageVerdict verdict = judge(plain_image(), {});
  CHECK(verdict.is_allowed);
  STRCMP_EQUAL("", verdict.key.c_str());
}

TEST(ImagePolicy, APathIsOfWholeNames) {
  CHECK(allows("image_path=" + real));
  CHECK(allows("image_path=" + real + "/image"));
  CHECK(allows("image_path=" + real + "/./x/../"));
  CHECK_FALSE(allows("image_path=" + real + "/ima"));
  CHECK_FALSE(allows("image_path=" + real.substr(0, real.size() - 1)));
}

TEST(ImagePolicy, APathIsWhereTheFileReallyLies) {
  plain_image();
  std::filesystem::create_directory(directory.path() + "/allowed");
  std::filesystem::create_symlink("../image", directory.path() + "/allowed/link");
  std::filesystem::create_symlink(real, directory.path() + "/allowed/up");
  CHECK_FALSE(judge(image("allowed/link"), {"image_path=" + real + "/allowed"}).is_allowed);
  // The admin's directory may be a link itself.
  CHECK(judge(image("image"), {"image_path=" + real + "/allowed/up"}).is_allowed);
}

TEST(ImagePolicy, AnOwnerWhoMayNotBeTheWriterProvesNothing) {
  const std::string uid = std::to_string(geteuid()), gid = std::to_string(getegid());
  const OpenedImage opened = plain_image();
  const auto with_mode = [&](mode_t mode, const std::string& word) {
    LONGS_EQUAL(0, fchmod(opened.fd.get(), mode));
    return judge(opened, {word}).is_allowed;
  };
  CHECK(with_mode(0644, "image_owner=" + uid));
  CHECK_FALSE(with_mode(0664, "image_owner=" + uid));
  CHECK_FALSE(with_mode(0646, "image_owner=" + uid));
  CHECK(with_mode(0664, "image_group=" + gid));
  CHECK_FALSE(with_mode(0666, "image_group=" + gid));
}

TEST(ImagePolicy, AFileOfAGroupIsOneOfItsMembers) {
  if (geteuid() != 0) return;
  const OpenedImage opened = plain_image();
  LONGS_EQUAL(0, fchown(opened.fd.get(), 4'000'000'000, 0));
  const ImageVerdict verdict = judge(opened, {"image_group=0"});
  CHECK_FALSE(verdict.is_allowed);
  STRCMP_CONTAINS("who is not in its group", verdict.reason.c_str());
}

TEST(ImagePolicy, ADirectoryIsAllowedByNameOnly) {
  const std::string uid = std::to_string(geteuid()), gid = std::to_string(getegid());
  std::filesystem::create_directory(directory.path() + "/tree");
  const OpenedImage tree = image("tree", RootKind::kDirectory);
  for (const std::string& word : {"image_owner=" + uid, "image_group=" + gid}) {
    CHECK_FALSE(judge(tree, {word}).is_allowed);
    CHECK_FALSE(judge(tree, {word, "image_format=sif"}).is_allowed);
    CHECK(judge(tree, {word, "image_format=sif,directory"}).is_allowed);
  }
  LONGS_EQUAL(0, chmod((directory.path() + "/tree").c_str(), 0777));
  CHECK_FALSE(judge(tree, {"image_owner=" + uid, "image_format=directory"}).is_allowed);
}

TEST(ImagePolicy, OneOfSeveralPathsIsEnough) {
  CHECK(judge(plain_image(), {"image_path=/nowhere", "image_path=" + real}).is_allowed);
}

TEST(ImagePolicy, OwnersAndGroupsHaveNamesOrNumbers) {
  const std::string uid = std::to_string(geteuid()), gid = std::to_string(getegid());
  CHECK(allows("image_owner=4000000000," + uid));
  CHECK_FALSE(allows("image_owner=4000000000,no-such-user"));
  CHECK(allows("image_group=" + gid));
  CHECK_FALSE(allows("image_group=4000000000"));
  LONGS_EQUAL(geteuid() == 0, allows("image_owner=root"));
  LONGS_EQUAL(getegid() == 0, allows("image_group=root"));
}

TEST(ImagePolicy, FormatsAreWhatTheFileIs) {
  CHECK(allows("image_format=sif,squashfs"));
  CHECK_FALSE(allows("image_format=sif,erofs,directory"));
  OpenedImage in_sif = plain_image();
  in_sif.root.is_in_sif = true;
  CHECK(judge(in_sif, {"image_format=sif"}).is_allowed);
  CHECK_FALSE(judge(in_sif, {"image_format=squashfs"}).is_allowed);
  CHECK(judge(image("image", RootKind::kErofs), {"image_format=erofs"}).is_allowed);
  CHECK(judge(image(".", RootKind::kDirectory), {"image_format=directory"}).is_allowed);
}

TEST(ImagePolicy, EachKeyMustBeSatisfiedAndTheFirstThatIsNotDecides) {
  const ImageVerdict refused =
      judge(plain_image(), {"image_format=squashfs", "image_path=/apps", "image_path=/opt", "image_owner=4000000000"});
  CHECK_FALSE(refused.is_allowed);
  STRCMP_EQUAL("image_path=/apps in plugstack.conf, image_path=/opt in plugstack.conf", refused.key.c_str());
  STRCMP_EQUAL(("is " + real + "/image").c_str(), refused.reason.c_str());
  const ImageVerdict allowed = judge(plain_image(), {"image_format=squashfs", "image_path=" + real});
  STRCMP_CONTAINS("image_format=squashfs in plugstack.conf, image_path=", allowed.key.c_str());
  STRCMP_CONTAINS("is a squashfs, is /", allowed.reason.c_str());
}

TEST(ImagePolicy, WhatCannotBeExaminedIsAllowedOnlyWhereNobodyAsks) {
  const OpenedImage closed{"gone", Fd(), {}};
  CHECK(judge(closed, {}).is_allowed);
  STRCMP_CONTAINS("cannot be examined", judge(closed, {"image_path=/"}).reason.c_str());
  CHECK_FALSE(judge(closed, {"image_owner=0"}).is_allowed);
}

TEST(ImagePolicy, TheSentenceNamesImageReasonKeyAndRemedy) {
  const Settings settings = read_settings(Words{"image_path=/apps"});
  try {
    const OpenedImage image = plain_image();
    ImageVerdict verdict;
    allow(image, verdict, judge_policy(image, settings));
    FAIL("allowed");
  } catch (const Error& error) {
    STRCMP_EQUAL(("image: is not allowed on this cluster: the image is " + real +
                  "/image (image_path=/apps in plugstack.conf); use an image that your site provides, or ask the admin")
                     .c_str(),
                 error.what());
  }
}
