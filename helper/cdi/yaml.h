// SPDX-License-Identifier: BSD-3-Clause

// YAML as far as CDI specs are written in it: one document, its scalars as text or whole numbers, since no field of a
// spec is anything else.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace slipway::cdi {

// Within the bounds of helper/cdi/document.h. An alias repeats the value of its anchor. Throws Error.
nlohmann::json yaml_of(const std::string& text, const std::string& file);

}  // namespace slipway::cdi
