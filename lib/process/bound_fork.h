// SPDX-License-Identifier: BSD-3-Clause

// A child that does not outlive its parent, also where the two are in different pid namespaces and the child cannot ask
// who its parent is.
#pragma once

#include <sys/types.h>

namespace slipway {

// As fork(2). The child gets SIGKILL when its parent dies, and never runs after that. A later change of credentials by
// which it gains rights would undo it (prctl(2)).
pid_t bound_fork();

}  // namespace slipway
