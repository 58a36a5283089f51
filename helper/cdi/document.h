// SPDX-License-Identifier: BSD-3-Clause

// The text of a spec as the one value that JSON and YAML both have. Bounded: what a spec needs is little, and what a
// reader spends on it must not depend on who wrote it.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace slipway::cdi {

inline constexpr size_t kLargestFile = 4 << 20;  // bytes; real ones have some hundred KiB
inline constexpr size_t kDeepest = 12;           // real ones: 8, an argument of a hook of a device
inline constexpr size_t kMostValues = 500'000;   // with what aliases of YAML repeat

// What begins with a brace is JSON, and YAML all else, whatever the file is called. Throws Error: neither, a key twice
// in one object, or past a bound.
nlohmann::json document_of(const std::string& text, const std::string& file);

}  // namespace slipway::cdi
