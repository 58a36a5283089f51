// How this machine would mount an image and why, in the words of `slipway inspect` and `slipway explain`.
#pragma once

#include <nlohmann/json.hpp>

#include "helper/open_images.h"
#include "helper/request.h"

namespace slipway {

// {"how": ..., "why": ...}: the same judgement that stage makes when a step starts, from the same function.
nlohmann::json describe_mount(const OpenedImage& image, const Request& request);

}  // namespace slipway
