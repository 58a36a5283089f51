// SPDX-License-Identifier: BSD-3-Clause

// What stage puts into a container's root tree besides the mounts of every container (lib/spec/layout.h): parts of the
// host that a step's libraries or devices want.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/spec/layout.h"

namespace slipway {

struct Additions {
  std::vector<LayoutEntry> mounts;  // for the end of the layout
  // Paths are absolute, inside. What the image has there is covered; an image that is written itself (a directory,
  // --container-writable) keeps its own.
  std::vector<std::pair<std::string, std::string>> files;  // path and content
  std::vector<std::pair<std::string, std::string>> links;  // path and target
};

}  // namespace slipway
