// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/image.h"

#include <unistd.h>

#include <optional>

#include "lib/base/error.h"
#include "lib/signature/image_digests.h"
#include "lib/signature/rejection.h"

namespace slipway::signature {

namespace {

// Real ones have a few KiB, and some 250 bytes for each object.
constexpr size_t kLargestSignature = 4 << 20;

std::string bytes_of(int file, const sif::Object& object) {
  if (object.size > kLargestSignature) throw Rejection("it is too large for a signature");
  std::string bytes(object.size, '\0');
  const ssize_t size = pread(file, bytes.data(), bytes.size(), static_cast<off_t>(object.offset));
  if (size != static_cast<ssize_t>(bytes.size())) throw Rejection("it cannot be read");
  return bytes;
}

}  // namespace

Verdict verdict_on_image(int file, const std::string& name, const Keyring& keyring, const PublicKeys& keys) {
  if (!sif::is_sif(file, name)) {
    throw Error(name, "is not a SIF image, and only these carry signatures", "name a SIF image");
  }
  const sif::Image image = sif::read(file, name);
  ObjectDigests digests(file, name);
  const Verify verify = [&](const sif::Object& object) {
    const std::string bytes = bytes_of(file, object);
    if (!object.signer.empty()) return keyring.verify(bytes, object.signer);
    const std::optional<Hash> hash = hash_of_number(object.hash);
    if (!hash) throw Rejection("it names a hash that is not of SHA-2");
    return keys.verify(bytes, *hash);
  };
  return judge(image, verify, [&](const sif::Object& object, Hash hash) { return digests.of(object, hash); });
}

}  // namespace slipway::signature
