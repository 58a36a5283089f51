// SPDX-License-Identifier: BSD-3-Clause

// Lines for the site's config= file (slipway.conf(5)), from what this node has.
#pragma once

#include <string>

#include "cli/doctor/site.h"

namespace slipway::doctor {

// A comment above each line says what was found. What the admin must decide is a comment itself.
std::string suggestion_for(const Site& site);

}  // namespace slipway::doctor
