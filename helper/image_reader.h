// The process of stage that reads hostile bytes: it opens the images as the user, says what they are, and later warms the
// page cache. It is the user, without any capability, so root follows no path of theirs and parses no byte of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helper/child.h"
#include "helper/fd.h"
#include "helper/image_format.h"
#include "helper/request.h"

namespace slipway {

struct OpenedImage {
  std::string name;    // as it was asked for
  Fd fd;               // a regular file or a directory, on a mount of stage's own namespace
  RootPartition root;  // where its root file system lies
};

// An image that is mounted for its data (--container-mounts=IMAGE:DST).
struct DataImage {
  OpenedImage image;
  uint32_t word = 0;  // its place among the user's mounts (helper/options.h)
};

// The most that a container can have; more are refused with a sentence.
inline constexpr size_t kMostDataImages = 32;

struct OpenedImages {
  OpenedImage root;
  bool writes_directory = false;  // the user wants to write the directory that `root` is
  std::vector<DataImage> data;
};

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
