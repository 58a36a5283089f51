// SPDX-License-Identifier: BSD-3-Clause

// The namespaces that a step can have for itself (lib/protocol/wire.h).
#pragma once

#include <string>

namespace slipway {

// unshare(2) of one of them, by its flag. Throws Error, which begins with `what`.
void unshare_namespace(unsigned flag, const std::string& what);

// "--container-unshare=net", for such errors. `option`: as its user named it.
std::string unshare_option(const std::string& option, unsigned flag);

}  // namespace slipway
