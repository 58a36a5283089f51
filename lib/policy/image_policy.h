// SPDX-License-Identifier: BSD-3-Clause

// May a step run in this image? What the admin's image_... keys say: one answer for the launch, for slipway policy,
// explain and inspect.
#pragma once

#include <string>

#include "lib/image/open_images.h"
#include "lib/options/settings.h"

namespace slipway {

struct ImageVerdict {
  bool is_allowed = true;
  // The words that decided, with their places: "image_path=/apps in plugstack.conf". Empty: no key asks anything of
  // images.
  std::string key;
  std::string reason;  // completes "the image ...": "lies in /home/alice"
};

// All that the keys say: judge_file and, where that allows it, judge_signature. They judge the open file, not a path.
// Never throw: what cannot be examined is allowed only where no key asks for it.
ImageVerdict judge_policy(const OpenedImage& image, const Settings& settings);

// Whose file it is, where and of which format. The names of users and groups among the settings are asked of this
// node's name service.
ImageVerdict judge_file(const OpenedImage& image, const Settings& settings);

// Who signed what is mounted (OpenedImage::content). Reads all of it.
ImageVerdict judge_signature(const OpenedImage& image, const Settings& settings);

// Takes `more` into `verdict`. Throws Error: that does not allow the image.
void allow(const OpenedImage& image, ImageVerdict& verdict, const ImageVerdict& more);

}  // namespace slipway
