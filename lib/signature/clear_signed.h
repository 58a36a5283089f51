// SPDX-License-Identifier: BSD-3-Clause

// The frame of an OpenPGP clear-signed message (RFC 4880, section 7). Libraries skip what they do not know before,
// between and behind its parts; a signature object of a SIF holds one message and nothing else.
#pragma once

#include <string>

namespace slipway::signature {

// Throws Rejection. Returns without having verified anything.
void check_clear_signed(const std::string& message);

}  // namespace slipway::signature
