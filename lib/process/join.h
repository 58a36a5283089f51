// SPDX-License-Identifier: BSD-3-Clause

// Entering a container.
#pragma once

namespace slipway {

// Joins the namespaces whose descriptors these are, in the order of lib/protocol/wire.h. The first gives every
// capability inside it, which the others ask for. A pid namespace is joined by what this process forks from then on,
// not by itself (setns(2)). Leaves the process undumpable. Returns the call that failed, with errno, or nullptr.
const char* join_container(const int* namespaces, int count);

}  // namespace slipway
