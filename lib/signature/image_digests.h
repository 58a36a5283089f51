// SPDX-License-Identifier: BSD-3-Clause

// The three digests by which a signature covers an object of a SIF, each without what may change when the image is
// signed or another object is added. Source: github.com/sylabs/sif, pkg/integrity.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "lib/image/sif.h"
#include "lib/signature/digest.h"

namespace slipway::signature {

// Launch script, magic, version and UUID; without the architecture, times and places.
Digest header_digest(const sif::Image& image, Hash hash);

// `first` is the lowest id of the object's group. Without the object's place, its group and its time of modification.
Digest descriptor_digest(const sif::Image& image, const sif::Object& object, uint32_t first, Hash hash);

// The digests of objects, each read once however many signatures name it.
class ObjectDigests {
 public:
  ObjectDigests(int file, const std::string& name) : file_(file), name_(name) {}
  // Throws Error (digest_of).
  const Digest& of(const sif::Object& object, Hash hash);

 private:
  int file_;
  std::string name_;
  std::map<std::pair<uint32_t, Hash>, Digest> known_;
};

}  // namespace slipway::signature
