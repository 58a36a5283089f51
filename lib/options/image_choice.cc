// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/image_choice.h"

#include <algorithm>
#include <string_view>

#include "lib/base/paths.h"
#include "lib/options/user_policy.h"

namespace slipway {

namespace {

constexpr char kDefault[] = "default_image", kForce[] = "force_image";

// Of the text alone: it is asked of words that are not understood, too.
bool names_image(const SettingWord& word) {
  const std::string_view name = std::string_view(word.text).substr(0, word.text.find('='));
  const std::string_view key = name.substr(name.find_last_of(".:") + 1);
  return key == kDefault || key == kForce;
}

ImageChoice forced_image(const OptionValues& asked, const Settings& settings) {
  const std::string key = words_of_key(settings, kForce);
  const std::string remedy = "leave it out, or ask the admin";
  const std::string image = image_of(asked);
  if (says_image(asked) && is_other_than_forced(image, settings)) {
    throw Error(source_of(asked, kImage) + "=" + (image.empty() ? kNoImage : printable(image)),
                "all steps here run in " + printable(settings.force_image) + " (" + key + ")", remedy);
  }
  const auto batch = asked.find("batch");
  if (batch != asked.end() && batch->second == "host" && settings.batch_in_image) {
    const std::string why = "all scripts here run in " + printable(settings.force_image) + " (" + key + ")";
    throw Error(source_of(asked, "batch") + "=host", why, remedy);
  }
  return {settings.force_image, key, true};
}

}  // namespace

bool says_image(const OptionValues& asked) {
  const auto image = asked.find(kImage);
  return image != asked.end() && image->second != kSitesImage;
}

ImageChoice image_asked_for(const OptionValues& asked) { return {says_image(asked) ? image_of(asked) : "", "", false}; }

ImageChoice choose_image(const OptionValues& asked, const Settings& settings, const Subject& subject) {
  const bool is_root = subject.uid == 0;
  if (!is_root && !settings.force_image.empty()) return forced_image(asked, settings);
  const bool asks = asked.contains(kImage) && !(says_image(asked) && image_of(asked).empty());
  const std::string denial = is_root ? "" : denial_of_user(settings, subject);
  if (asks && !denial.empty()) {
    throw Error(source_of(asked, kImage), "is not allowed for you on this cluster " + denial,
                "leave it out, or ask the admin");
  }
  if (says_image(asked)) return image_asked_for(asked);
  if (!is_root && denial.empty() && !settings.default_image.empty()) {
    return {settings.default_image, words_of_key(settings, kDefault)};
  }
  if (!asked.contains(kImage)) return {};
  throw Error("--container-...", "options of a container are given, and no image is named", "add --container=IMAGE");
}

Error with_choice(const Error& error, const std::string& chosen_by) {
  if (chosen_by.empty()) return error;
  return Error::reported(error.what() + (" (the image is the site's: " + chosen_by + ")"), error.exit_code());
}

bool is_other_than_forced(const std::string& image, const Settings& settings) {
  if (settings.force_image.empty()) return false;
  return !image.starts_with('/') || normal_path(image) != normal_path(settings.force_image);
}

bool name_images(std::span<const SettingWord> words) { return std::any_of(words.begin(), words.end(), names_image); }

std::optional<bool> name_images_for(std::span<const SettingWord> words, const Subject& subject) {
  std::optional<bool> answer = false;
  for (const SettingWord& word : words) {
    if (!names_image(word)) continue;
    std::optional<bool> counts;
    try {
      counts = is_for(scoped_word(word), subject);
    } catch (const Error&) {
      counts = std::nullopt;
    }
    if (counts == true) return true;
    if (!counts) answer = std::nullopt;
  }
  return answer;
}

}  // namespace slipway
