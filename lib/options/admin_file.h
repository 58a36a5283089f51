// SPDX-License-Identifier: BSD-3-Clause

// Files that plugstack.conf names: what users could write would be theirs to decide.
#pragma once

#include <string>

#include "lib/base/fd.h"

namespace slipway {

// Opens the regular file `path` for reading. `word` names it as the admin did ("config=/etc/slipway.conf") and `place`
// where that stands. Throws Error: no absolute path, it cannot be read, or others than root can write it.
Fd open_admin_file(const std::string& path, const std::string& word, const std::string& place);

}  // namespace slipway
