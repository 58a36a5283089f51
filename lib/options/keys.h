// SPDX-License-Identifier: BSD-3-Clause

// The site's keys: the name of each, what reads its value, and what that may be. Which words count for a step is for
// lib/options/settings.cc, what a key may not widen for lib/options/widening.h.
#pragma once

#include <string_view>

#include "lib/options/settings.h"

namespace slipway {

struct Key {
  std::string_view name;
  // Puts the value where it belongs, and returns whether it is a good one. Throws Error, where that says more.
  bool (*read)(Settings&, std::string_view value);
  const char* expects;
  bool is_for_all = false;  // it is needed before anything is known of the step
};

// nullptr: there is no such key.
const Key* find_key(std::string_view name);

}  // namespace slipway
