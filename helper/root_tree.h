// The container's root: the image, the parts of the host that a step needs, and the user's names. Built by the user's
// half inside the user's namespace.
#pragma once

#include "helper/accounts.h"
#include "helper/request.h"

namespace slipway {

// Stands in stage's work directory and leaves this process inside the finished container, at its "/". Throws Error.
void build_root_tree(const Request& request, const Accounts& accounts);

}  // namespace slipway
