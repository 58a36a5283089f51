// SPDX-License-Identifier: BSD-3-Clause

// The answer of slipway explain, for people.
#pragma once

#include <nlohmann/json.hpp>

namespace slipway {

// Prints the answer that --json would print as it is.
void print_explanation(const nlohmann::json& answer);

}  // namespace slipway
