// SPDX-License-Identifier: BSD-3-Clause

// Extended attributes of users (user.*, xattr(7)), in which overlayfs notes what was removed.
#pragma once

#include <string>

namespace slipway {

// Of a directory's file system. Without them, an overlay fails with EIO where a directory of a lower layer is removed,
// renamed or replaced.
bool has_user_attributes(const std::string& directory);

}  // namespace slipway
