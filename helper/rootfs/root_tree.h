// SPDX-License-Identifier: BSD-3-Clause

// The container's root: the image, the parts of the host that a step needs, and the user's names. Built by the user's
// half inside the user's namespace.
#pragma once

#include <string>
#include <vector>

#include "lib/options/terms.h"
#include "lib/protocol/request.h"
#include "lib/spec/accounts.h"
#include "lib/spec/additions.h"
#include "lib/spec/layout.h"

namespace slipway {

struct RootTree {
  size_t mounts = 0;                // of the layout, that were made
  std::vector<std::string> notices;  // for the user
};

// What root mounted.
struct RootMounts {
  bool image_is_directory = false;
  bool has_upper_layer = false;  // helper/stage/upper_layer.h
  std::string no_upper_layer;    // UpperLayer::failure
};

// Stands in stage's work directory and leaves this process inside the finished container, at its "/". The mounts of
// `additions` are among the layout's already. Throws Error.
RootTree build_root_tree(const Request& request, const Accounts& accounts, const Terms& terms,
                         const std::vector<LayoutEntry>& layout, const Additions& additions,
                         const RootMounts& mounts);

}  // namespace slipway
