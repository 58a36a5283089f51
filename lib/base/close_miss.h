// SPDX-License-Identifier: BSD-3-Clause

// What someone who mistyped a path most likely meant. For errors alone: a good run asks nothing of this.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace slipway {

// The mistakes that lie between two words: a byte too many, too few or wrong, or two neighbours exchanged.
size_t edit_distance(std::string_view a, std::string_view b);

// Which of `names` was meant by `name`: one few mistakes away, or of the same stem with another extension. Empty: none.
std::string closest_name(std::string_view name, std::span<const std::string> names);

// What exists in place of the absolute `path`, which does not: looks into the last directory on its way that there is.
// Empty: nothing is close. Reads a bounded number of names, with the rights of this process.
std::string closest_path(const std::string& path);

}  // namespace slipway
