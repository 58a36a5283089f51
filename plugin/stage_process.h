// Starting slipway-stage from a hook.
#pragma once

#include <sys/types.h>

namespace slipway {

// Executes stage with `request`, `ranks` and `place` as its descriptors (helper/request.h); each must be above those
// numbers. Stage goes on by itself: the process returned ends at once and is to be reaped. Throws Error.
pid_t start_stage(int request, int ranks, int place);

}  // namespace slipway
