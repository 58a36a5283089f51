// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/image_digests.h"

namespace slipway::signature {

namespace {

std::string little_endian(uint32_t number) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

}  // namespace

Digest header_digest(const sif::Image& image, Hash hash) {
  return digest_of(hash, image.header.substr(0, 45) + image.header.substr(48, 16));
}

Digest descriptor_digest(const sif::Image& image, const sif::Object& object, uint32_t first, Hash hash) {
  const std::string descriptor = image.table.substr(object.slot * sif::kDescriptorSize, sif::kDescriptorSize);
  return digest_of(hash, descriptor.substr(0, 5) +                   // type, used
                             little_endian(object.id - first) +
                             descriptor.substr(13, 4) +              // link
                             descriptor.substr(25, 8) +              // size
                             descriptor.substr(41, 8) +              // time of creation
                             descriptor.substr(57));                 // uid, gid, name, extra
}

const Digest& ObjectDigests::of(const sif::Object& object, Hash hash) {
  const auto key = std::make_pair(object.id, hash);
  auto known = known_.find(key);
  if (known == known_.end()) {
    known = known_.emplace(key, digest_of(hash, file_, object.offset, object.size, name_)).first;
  }
  return known->second;
}

}  // namespace slipway::signature
