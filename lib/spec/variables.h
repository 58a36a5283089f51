// SPDX-License-Identifier: BSD-3-Clause

// The environment of a step's ranks, as far as it is the same for all: what of the step's own stays, and what is set.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/options/tables/environment_table.h"
#include "lib/options/terms.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/request.h"
#include "lib/spec/accounts.h"

namespace slipway {

// A plan with the variables and nothing else yet. `table` is that of lib/options/tables/environment_table.h. Opens the
// user's --container-env-file. Throws Error.
Plan variables_of_plan(const Request& request, const Accounts& accounts, const Terms& terms,
                       const std::vector<EnvironmentRule>& table);

// To be called inside the finished container, for images that enroot made: what their /etc/environment sets wins over
// the step's own, but for what the plan's rules keep.
void add_variables_of_image(Plan& plan);

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// The lines NAME=VALUE of a file, where # begins a comment line, "export" may stand in front and quotes around a value.
// `path` is for the error that another line gets; empty: such lines are left out. Throws Error.
NamedValues variables_in(std::string_view text, const std::string& path);

}  // namespace slipway
