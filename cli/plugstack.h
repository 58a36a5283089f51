// The admin's settings as the plugin gets them, for a command that Slurm does not start.
#pragma once

#include <string>

#include "helper/settings.h"

namespace slipway {

// Those behind the plugin's path in plugstack.conf and what it includes (spank(8)), which lies beside SLURM_CONF or in
// /etc/slurm. The defaults where there is no such line, and `error` set where it cannot be obeyed.
Settings settings_of_this_node(const Subject& subject);

// Whether there is such a line.
bool is_configured_on_this_node();

}  // namespace slipway
