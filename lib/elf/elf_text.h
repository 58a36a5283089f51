// SPDX-License-Identifier: BSD-3-Clause

// Words among the string constants of a library: what it was built with, where no symbol tells.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

// For each of `words`, whether the constants of `file` have it, anywhere. A NUL in a word is one in the file. Reads
// 64 MiB at most.
std::vector<bool> find_in_constants(int file, const std::vector<std::string_view>& words);

// Calls `visit` for each printable text that ends with a NUL, in their order in the file, until it returns true. Before
// a text there may be anything: numbers that happen to be printable belong to it. Of a long one the start is shown.
void visit_texts(int file, const std::function<bool(const std::string& text)>& visit);

}  // namespace slipway
