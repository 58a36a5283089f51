// SPDX-License-Identifier: BSD-3-Clause
#include "lib/policy/root_steps.h"

#include "lib/base/error.h"

namespace slipway {

void refuse_roots_steps(const Request& request) {
  if (request.uid == static_cast<uid_t>(-1)) throw Error("container", "the request names no user");
  if (request.uid == 0 && !request.settings.allow_root) {
    throw Error("container", "steps of root are not run in containers here",
                "submit as an ordinary user, or ask the admin for allow_root=yes in plugstack.conf");
  }
}

}  // namespace slipway
