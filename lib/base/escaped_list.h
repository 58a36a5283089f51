// SPDX-License-Identifier: BSD-3-Clause

// Lists as users type them into one option: separated by a character that a backslash takes its meaning from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway {

// The parts of `text` between separators that no backslash precedes, with their backslashes. One part at least.
std::vector<std::string> split_escaped(std::string_view text, char separator);

// Without the backslashes that make the next character an ordinary one.
std::string unescaped(std::string_view text);

// With a backslash before every backslash and every character of `special`.
std::string escaped(std::string_view text, std::string_view special);

}  // namespace slipway
