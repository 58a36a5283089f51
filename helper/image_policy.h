// May a step run in this image? What the admin's image_... keys say: one answer for the launch, for slipway policy,
// explain and inspect.
#pragma once

#include <string>

#include "helper/open_images.h"
#include "helper/settings.h"

namespace slipway {

struct ImageVerdict {
  bool is_allowed = true;
  // The words that decided, with their places: "image_path=/apps in plugstack.conf". Empty: no key asks anything of
  // images.
  std::string key;
  std::string reason;  // completes "the image ...": "lies in /home/alice"
};

// Judges the open file, not a path. The names of users and groups among the settings are asked of this node's name
// service. Never throws: what cannot be examined is allowed only where no key asks for it.
ImageVerdict judge_policy(const OpenedImage& image, const Settings& settings);

// Throws Error: the image is not allowed.
ImageVerdict allowed_image(const OpenedImage& image, const Settings& settings);

}  // namespace slipway
