// SPDX-License-Identifier: BSD-3-Clause

// What the container of a step would be on this machine: the answers of the code that makes it, asked beforehand.
#pragma once

#include <nlohmann/json.hpp>

#include "lib/protocol/request.h"

namespace slipway {

// For a step with a container. What would fail the step is listed under "errors". Changes nothing, mounts nothing: what
// only the mounted image could tell is left open, and said to be.
nlohmann::json explain_container(const Request& request);

}  // namespace slipway
