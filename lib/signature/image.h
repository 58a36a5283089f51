// SPDX-License-Identifier: BSD-3-Clause

// The signatures of an image, each verified with the keys that fit its kind.
#pragma once

#include <string>

#include "lib/signature/keyring.h"
#include "lib/signature/public_keys.h"
#include "lib/signature/verdict.h"

namespace slipway::signature {

// Reads all of the image that a valid signature names. Throws Error: not a SIF, a damaged one, one that cannot be read.
Verdict verdict_on_image(int file, const std::string& name, const Keyring& keyring, const PublicKeys& keys);

}  // namespace slipway::signature
