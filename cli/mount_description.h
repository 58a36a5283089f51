// SPDX-License-Identifier: BSD-3-Clause

// How this machine would mount an image and why, in the words of `slipway inspect` and `slipway explain`.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/image/open_images.h"
#include "lib/protocol/request.h"

namespace slipway {

// {"how": ..., "why": ...} for the image that a step runs in, and for one that is mounted for its data: the same
// judgement that stage makes when a step starts, from the same functions.
nlohmann::json describe_root_mount(const OpenedImage& image, const Request& request);
nlohmann::json describe_data_mount(const OpenedImage& image, const Request& request);

}  // namespace slipway
