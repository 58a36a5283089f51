// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: whatever a signature object holds, its parts are read or refused: the frame of a clear-signed message, the
// envelope of DSSE, and the payload that would stand in either.
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "lib/signature/clear_signed.h"
#include "lib/signature/envelope.h"
#include "lib/signature/payload.h"
#include "lib/signature/rejection.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace slipway::signature;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    check_clear_signed(text);
    // What the library behind it relies on.
    if (text.find("-----BEGIN PGP SIGNATURE-----") == text.npos || text.find('\0') != text.npos) __builtin_trap();
  } catch (const Rejection&) {
  }
  try {
    const Envelope envelope = envelope_in(text);
    if (envelope.signatures.empty() || envelope.payload.size() > size) __builtin_trap();
    payload_in(envelope.payload);
  } catch (const Rejection&) {
  }
  try {
    const Payload payload = payload_in(text);
    std::set<uint32_t> ids;
    for (const SignedObject& object : payload.objects) ids.insert(object.relative_id);
    if (ids.empty() || ids.size() != payload.objects.size()) __builtin_trap();
  } catch (const Rejection&) {
  }
  return 0;
}
