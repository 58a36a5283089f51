// SPDX-License-Identifier: BSD-3-Clause

// What slipway doctor tells people: a line for each finding, the worst first, and a last one that sums up.
#pragma once

#include <string>
#include <vector>

#include "cli/doctor/finding.h"

namespace slipway::doctor {

std::string report_of(const std::vector<Finding>& findings);

// Only what is missing or a warning, and no sum: nothing of a good node.
std::string quiet_report_of(const std::vector<Finding>& findings);

}  // namespace slipway::doctor
