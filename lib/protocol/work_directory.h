// SPDX-License-Identifier: BSD-3-Clause

// The directory that stage builds a container in, and what lies where in it.
#pragma once

#include <cstdint>
#include <string>

namespace slipway {

// The directory that stage covers with a tmpfs in its private namespace: the image, and above it the user's root tree.
// It holds nothing and serves nothing else, so covering it hides nothing from the step.
extern const char kWorkDirectory[];
inline constexpr char kImageName[] = "image";        // root's mount of the image
inline constexpr char kSkeletonName[] = "skeleton";  // for the user's half: what the image lacks
inline constexpr char kRootName[] = "root";          // for the user's half: the container's root
inline constexpr char kUpperName[] = "upper";        // for the user's half: what is written to it
inline constexpr char kCopiesName[] = "copies";      // for the user's half: changed copies of the host's files
inline constexpr char kDevicesName[] = "dev";           // root's devices

// Where in the work directory the image of the user's mount number `word` is.
std::string data_image_name(uint32_t word);

}  // namespace slipway
