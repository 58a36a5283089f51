// SPDX-License-Identifier: BSD-3-Clause

// What a signature of a SIF says: digests of the image's header and of each object of one group. To be called with text
// of which the signature has been verified, and with no other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/signature/digest.h"

namespace slipway::signature {

struct SignedObject {
  uint32_t relative_id;  // its id less the lowest of its group
  Digest descriptor, object;
};

struct Payload {
  Digest header;
  std::vector<SignedObject> objects;
};

// Throws Rejection: not such a text, of another version, a hash outside SHA-2, an object twice, the legacy kind.
Payload payload_in(const std::string& verified_text);

}  // namespace slipway::signature
