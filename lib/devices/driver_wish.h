// SPDX-License-Identifier: BSD-3-Clause

// What a step and its image say about NVIDIA's driver: images that were made for NVIDIA's own container runtime name
// the parts that they want, in variables.
#pragma once

#include <string>

#include "lib/image/image_files.h"

namespace slipway {

struct DriverWish {
  bool is_wanted = true;
  unsigned capabilities = 0;  // as in lib/options/tables/driver_table.h
};

// `capabilities` and `visible_devices` are the step's own NVIDIA_DRIVER_CAPABILITIES and NVIDIA_VISIBLE_DEVICES; empty:
// the image's count, as its environment scripts or its /etc/environment set them. These are read, never run; where
// nobody says anything, all is wanted.
DriverWish driver_wish(const ImageFiles& image, const std::string& capabilities, const std::string& visible_devices);

}  // namespace slipway
