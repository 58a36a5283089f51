// SPDX-License-Identifier: BSD-3-Clause

// Which keys let users have more, for the words that count only because of what a user said of the job.
#pragma once

#include <string_view>

#include "lib/options/settings.h"

namespace slipway {

// Whether users may have more of `key` with the settings `with` than with `without`, which differ in that key. A key
// that is not known, and values that cannot be compared, may be more.
bool widens(std::string_view key, const Settings& without, const Settings& with);

}  // namespace slipway
