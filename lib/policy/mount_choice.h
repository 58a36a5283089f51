// SPDX-License-Identifier: BSD-3-Clause

// Who mounts an image, and from where: the kernel, from the file or from a sealed copy, FUSE, or a bind of a directory.
#pragma once

#include <string>
#include <vector>

#include "lib/image/open_images.h"
#include "lib/protocol/request.h"

namespace slipway {

struct ImageMount {
  // kSealed: by the kernel, from a copy that nobody can change (helper/user/sealed_copy.h).
  enum How { kBind, kKernel, kSealed, kFuse } how = kBind;
  std::string why;  // completes "the image ..."
};

// How each of a step's images is mounted.
struct ImageMounts {
  ImageMount root;
  std::vector<ImageMount> data;  // in the order of OpenedImages::data
  bool root_is_nobodys = false;  // once mounted: it is to be written, and the kernel cannot show it as the user's
};

// How they will be, without doing it: an image that is mounted for its data, the one that the step runs in, all.
// Throw Error: nobody may mount it.
ImageMount mount_of_data(const OpenedImage& image, const Request& request);
ImageMount mount_of_root(const OpenedImage& image, const Request& request);
ImageMounts mounts_of(const OpenedImages& images, const Request& request);

}  // namespace slipway
