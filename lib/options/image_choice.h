// SPDX-License-Identifier: BSD-3-Clause

// Which image a step runs in: the one that its user asks for, or the one that default_image= and force_image= name for
// the site's steps. One answer for the clients, the nodes, and slipway explain and policy.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>

#include "lib/base/error.h"
#include "lib/options/option_table.h"
#include "lib/options/settings.h"

namespace slipway {

// As users type it, and as SLURM_CONTAINER passes it on: no container. Among OptionValues it is the empty image, and
// no image means that nobody said anything.
inline constexpr char kNoImage[] = "none";

// Among OptionValues: options of a container were typed, and no image. No user can name it: images are absolute paths.
inline constexpr char kSitesImage[] = "default";

struct ImageChoice {
  std::string image;      // empty: the step runs on the host
  std::string chosen_by;  // "default_image=/a.sif in plugstack.conf"; empty: its user
  bool is_forced = false;
};

// Whether the user asks for an image or for none.
bool says_image(const OptionValues& asked);

// What the user asks for alone, where the settings cannot or need not be asked.
ImageChoice image_asked_for(const OptionValues& asked);

// Root's steps have what they ask for: no key names an image for them. Who may have no containers has only what
// force_image= names. Throws Error: force_image= allows only another; a container that the user may not have; options
// of one that nobody names an image for.
ImageChoice choose_image(const OptionValues& asked, const Settings& settings, const Subject& subject);

// For those who did not ask for the image: the error of a step, with who chose it.
Error with_choice(const Error& error, const std::string& chosen_by);

// Whether force_image= is set, and not to this absolute path.
bool is_other_than_forced(const std::string& image, const Settings& settings);

// Whether any step here could have an image that it did not ask for.
bool name_images(std::span<const SettingWord> words);

// The same of the steps of one subject, whether the rest of the words is good or not; nothing: it is not known. A word
// that does not even tell for whom it is, is perhaps for this one.
std::optional<bool> name_images_for(std::span<const SettingWord> words, const Subject& subject);

}  // namespace slipway
