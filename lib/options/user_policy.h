// SPDX-License-Identifier: BSD-3-Clause

// Who may have containers: users_allow=, groups_allow=.
#pragma once

#include <string>

#include "lib/options/settings.h"

namespace slipway {

// Why the subject may have no container of its own choice: "(groups_allow=staff in plugstack.conf)" and so on, for
// people. Empty: it may. Asks the name service; where that does not answer, it may not.
std::string denial_of_user(const Settings& settings, const Subject& subject);

}  // namespace slipway
