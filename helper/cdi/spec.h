// SPDX-License-Identifier: BSD-3-Clause

// One CDI spec, judged by the rules of the CDI specification 0.3.0 to 1.1.0.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "lib/devices/cdi_devices.h"

namespace slipway::cdi {

// Throws Error, which names the file and the field. Stricter than the CDI project's own library in two things: paths
// must be absolute, without ".." and not the root, and no text may hold a NUL. As strict in fields that nobody knows.
// More lenient in two: a field may be newer than the spec's cdiVersion, since it means the same, and of intelRdt and
// the names of annotations, which are of no use here, nothing is judged.
CdiSpec spec_of(const nlohmann::json& document, const std::string& file);

}  // namespace slipway::cdi
