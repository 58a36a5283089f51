// SPDX-License-Identifier: BSD-3-Clause

// The process of stage that reads hostile bytes: it opens the images as the user, says what they are, and later warms
// the page cache. It is the user, without any capability, so root follows no path of theirs and parses no byte of it.
#pragma once

#include <vector>

#include "lib/image/open_images.h"
#include "lib/options/terms.h"
#include "lib/process/child.h"
#include "lib/protocol/request.h"

namespace slipway {

class ImageReader {
 public:
  // Started by root, in the mount namespace in which the image will be mounted. Throws Error.
  explicit ImageReader(const Request& request);

  // Throws Error: no such image, not readable by the user, not an image, damaged, built for another architecture.
  OpenedImages open();

  // Once the image is mounted: reads the step's program, while root and the user's half go on.
  void start_prefetch();

  // Returns when it is read, or after `milliseconds`.
  void wait_for_prefetch(int milliseconds);
  // Returns when it is read. A reader that died costs warmth, nothing else.
  void finish_prefetch();

 private:
  void check(OpenedImage& image) const;

  const Request& request_;
  Child child_;
};

}  // namespace slipway
