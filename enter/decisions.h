// What stage decided for all ranks of a step on this node (helper/plan.h), applied to this rank.
#pragma once

namespace slipway {

// Sets the environment as the plan says, and returns the working directory inside the container. Strings stay in the
// mapped plan until exec. Ends this rank when the plan is not one of this release.
const char* apply_decisions(int plan);

}  // namespace slipway
