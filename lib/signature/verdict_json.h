// SPDX-License-Identifier: BSD-3-Clause

// The verdict as the document that slipway-verify prints and `slipway verify --json` passes on.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "lib/signature/verdict.h"

namespace slipway::signature {

// Names and reasons are made printable here: they come from keyrings and images.
nlohmann::json json_of(const Verdict& verdict, const std::string& image);

}  // namespace slipway::signature
