// The environment of a step's ranks, as far as it is the same for all: what of the step's own stays, and what is set.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "helper/accounts.h"
#include "helper/plan.h"
#include "helper/request.h"
#include "helper/terms.h"

namespace slipway {

// A plan with the variables and nothing else yet. Reads the tables of helper/environment_table.h and the user's
// --container-env-file, as the user. Throws Error.
Plan variables_of_plan(const Request& request, const Accounts& accounts, const Terms& terms);

// The lines NAME=VALUE of a file, where # begins a comment line, "export" may stand in front and quotes around a value;
// `path` is for the error. Throws Error.
std::vector<std::pair<std::string, std::string>> variables_in(std::string_view text, const std::string& path);

}  // namespace slipway
