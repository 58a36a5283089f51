// SPDX-License-Identifier: BSD-3-Clause

// Which image a step runs in.
#include "lib/options/image_choice.h"

#include "lib/base/error.h"

#include <CppUTest/TestHarness.h>  // last: it makes a macro of new

using namespace slipway;

namespace {

const Subject kUser{std::nullopt, std::nullopt, {1000, 7}, false, 1000};
constexpr char kDefaultWord[] = "default_image=/site.sif", kForceWord[] = "force_image=/site.sif";

}  // namespace

TEST_GROUP(ImageChoice) {
  static Settings read(std::vector<std::string> words, const Subject& subject = {}) {
    const Settings settings = read_settings(words, subject);
    STRCMP_EQUAL("", settings.error.c_str());
    return settings;
  }
  static std::string image(const OptionValues& asked, std::vector<std::string> words, const Subject& subject = kUser) {
    return choose_image(asked, read(words, subject), subject).image;
  }
  static std::string complaint(const OptionValues& asked, std::vector<std::string> words) {
    try {
      image(asked, words);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
  // "yes", "no" or "unknown"
  static std::string names_for(std::vector<std::string> words, const Subject& subject) {
    std::vector<SettingWord> placed;
    for (const std::string& word : words) placed.push_back({word, "here"});
    const auto answer = name_images_for(placed, subject);
    return !answer ? "unknown" : *answer ? "yes" : "no";
  }
};

TEST(ImageChoice, WithoutKeysAStepHasWhatItAsksFor) {
  STRCMP_EQUAL("", image({}, {}).c_str());
  STRCMP_EQUAL("", image({{kImage, ""}}, {}).c_str());
  STRCMP_EQUAL("/a.sif", image({{kImage, "/a.sif"}}, {}).c_str());
}

TEST(ImageChoice, TheDefaultIsForThoseWhoSayNothing) {
  const ImageChoice choice = choose_image({}, read({kDefaultWord}), kUser);
  STRCMP_EQUAL("/site.sif", choice.image.c_str());
  STRCMP_EQUAL("default_image=/site.sif in plugstack.conf", choice.chosen_by.c_str());
  CHECK_FALSE(choice.is_forced);
  STRCMP_EQUAL("", image({{kImage, ""}}, {kDefaultWord}).c_str());
  const ImageChoice asked = choose_image({{kImage, "/a.sif"}}, read({kDefaultWord}), kUser);
  STRCMP_EQUAL("/a.sif", asked.image.c_str());
  STRCMP_EQUAL("", asked.chosen_by.c_str());
}

TEST(ImageChoice, OptionsWithoutAnImageNeedTheDefault) {
  const OptionValues asked{{kImage, kSitesImage}, {"contain", kYes}};
  STRCMP_EQUAL("/site.sif", image(asked, {kDefaultWord}).c_str());
  STRCMP_EQUAL("/site.sif", image(asked, {kForceWord}).c_str());
  STRCMP_CONTAINS("no image is named; add --container=IMAGE", complaint(asked, {}).c_str());
}

TEST(ImageChoice, OfAForcedImageThereIsNoOther) {
  const ImageChoice choice = choose_image({}, read({kForceWord, "default_image=/b.sif"}), kUser);
  STRCMP_EQUAL("/site.sif", choice.image.c_str());
  STRCMP_EQUAL("force_image=/site.sif in plugstack.conf", choice.chosen_by.c_str());
  CHECK(choice.is_forced);
  STRCMP_EQUAL("/site.sif", image({{kImage, "//./site.sif"}}, {kForceWord}).c_str());
  STRCMP_EQUAL("--container=/a.sif: all steps here run in /site.sif (force_image=/site.sif in plugstack.conf); "
               "leave it out, or ask the admin",
               complaint({{kImage, "/a.sif"}}, {kForceWord}).c_str());
  for (const char* none : {"", "site.sif"}) CHECK(!complaint({{kImage, none}}, {kForceWord}).empty());
  STRCMP_CONTAINS("--container=none: all steps here run", complaint({{kImage, ""}}, {kForceWord}).c_str());
  OptionValues exported{{kImage, "/a.sif"}};
  note_source(exported, kImage, "SLIPWAY_IMAGE");
  STRCMP_CONTAINS("SLIPWAY_IMAGE=/a.sif: all steps here run", complaint(exported, {kForceWord}).c_str());
  STRCMP_CONTAINS("SLIPWAY_IMAGE: is not allowed for you", complaint(exported, {"users_allow=root"}).c_str());
}

TEST(ImageChoice, AScriptEscapesAForcedImageOnlyWhereTheAdminSaysSo) {
  const OptionValues asked{{"batch", "host"}};
  STRCMP_CONTAINS("--container-batch=host: all scripts here run in /site.sif (force_image=/site.sif in plugstack.conf)",
                  complaint(asked, {kForceWord}).c_str());
  STRCMP_EQUAL("", complaint(asked, {kForceWord, "batch=host"}).c_str());
  STRCMP_EQUAL("", complaint(asked, {kDefaultWord}).c_str());
}

TEST(ImageChoice, RootHasWhatItAsksFor) {
  Subject root;
  root.uid = 0;
  for (const char* word : {kDefaultWord, kForceWord, "users_allow=nobody"}) {
    STRCMP_EQUAL("", image({}, {word}, root).c_str());
    STRCMP_EQUAL("/a.sif", image({{kImage, "/a.sif"}}, {word}, root).c_str());
  }
}

TEST(ImageChoice, OnlyThoseWhoMayHaveContainersAskForOne) {
  const OptionValues asked = {{kImage, "/a.sif"}};
  for (const char* word : {"users_allow=1000", "users_allow=root,1000", "groups_allow=7", "groups_allow=no-such-group,1000"}) {
    STRCMP_EQUAL("/a.sif", image(asked, {word}).c_str());
  }
  STRCMP_EQUAL("/a.sif", image(asked, {"users_allow=root", "groups_allow=7"}).c_str());
  STRCMP_EQUAL("--container: is not allowed for you on this cluster (users_allow=root in plugstack.conf, groups_allow=8 in "
               "plugstack.conf); leave it out, or ask the admin",
               complaint(asked, {"users_allow=root", "groups_allow=8"}).c_str());
  STRCMP_CONTAINS("is not allowed for you", complaint(asked, {"users_allow=no-such-user"}).c_str());
  STRCMP_CONTAINS("is not allowed for you", complaint({{kImage, kSitesImage}}, {"users_allow=root", kDefaultWord}).c_str());
  STRCMP_EQUAL("", image({{kImage, ""}}, {"users_allow=root"}).c_str());
}

TEST(ImageChoice, OthersHaveTheForcedImageAndNotTheDefaultOne) {
  STRCMP_EQUAL("", image({}, {"groups_allow=8", kDefaultWord}).c_str());
  STRCMP_EQUAL("/site.sif", image({}, {"groups_allow=7", kDefaultWord}).c_str());
  STRCMP_EQUAL("/site.sif", image({}, {"groups_allow=8", kForceWord}).c_str());
}

TEST(ImageChoice, ANarrowerScopeWins) {
  const Subject debug{"debug", "", {}, true};
  const std::vector<std::string> words = {"force_image=/site.sif", "partition:debug.force_image=none",
                                          "partition:debug.default_image=/debug.sif"};
  STRCMP_EQUAL("/debug.sif", choose_image({}, read(words, debug), kUser).image.c_str());
  STRCMP_EQUAL("/site.sif", choose_image({}, read(words, {"all", "", {}}), kUser).image.c_str());
}

TEST(ImageChoice, ItIsKnownWhomTheKeysAreFor) {
  const Subject debug{"debug", "", {}}, unknown;
  STRCMP_EQUAL("no", names_for({"image_path=/a", "partition:debug.writable=none"}, debug).c_str());
  STRCMP_EQUAL("yes", names_for({kDefaultWord}, unknown).c_str());
  STRCMP_EQUAL("yes", names_for({"partition:debug.force_image=/a"}, debug).c_str());
  STRCMP_EQUAL("no", names_for({"partition:all.force_image=/a"}, debug).c_str());
  STRCMP_EQUAL("unknown", names_for({"partition:debug.force_image=/a"}, unknown).c_str());
  STRCMP_EQUAL("yes", names_for({"partition:debug.force_image=/a", kForceWord}, unknown).c_str());
}

TEST(ImageChoice, WordsThatAreNotUnderstoodNameImagesToo) {
  const Subject debug{"debug", "", {}};
  STRCMP_EQUAL("yes", names_for({"force_image=relative"}, debug).c_str());
  STRCMP_EQUAL("yes", names_for({"force_image"}, debug).c_str());
  STRCMP_EQUAL("unknown", names_for({"partition:force_image=/a"}, debug).c_str());
  STRCMP_EQUAL("no", names_for({"env_set=A=force_image=/a"}, debug).c_str());
}
