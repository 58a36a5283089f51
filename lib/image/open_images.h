// SPDX-License-Identifier: BSD-3-Clause

// Opening the images that a step names. Whoever calls this is the user, without any capability: no path of theirs is
// followed with more rights than they have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/fd.h"
#include "lib/image/image_format.h"
#include "lib/options/mount_words.h"
#include "lib/options/terms.h"
#include "lib/protocol/request.h"

namespace slipway {

struct OpenedImage {
  std::string name;    // as it was asked for
  Fd fd;               // a regular file or a directory; to root perhaps only its place (lib/kernel/fuse_file.h)
  RootPartition root;  // where its root file system lies
  Fd sealed = {};      // the copy that takes its place (helper/user/sealed_copy.h); mostly none

  // What is mounted.
  const Fd& content() const { return sealed ? sealed : fd; }
};

// An image that is mounted for its data (--container-mounts=IMAGE:DST).
struct DataImage {
  OpenedImage image;
  uint32_t word = 0;  // its place among the user's mounts (lib/options/options.h)
};

// The most that a container can have; more are refused with a sentence.
inline constexpr size_t kMostDataImages = 32;

struct OpenedImages {
  OpenedImage root;
  Terms::Writing writing = Terms::Writing::kNone;  // what the user wants to write, and may
  std::vector<DataImage> data;
};

// The image that the step runs in. Throws Error: no such image, not readable by the user, neither a file nor a
// directory, not an image, damaged, built for another architecture.
OpenedImage open_root_image(const Request& request);

// Those of the user's mounts that are images. Throws Error: a damaged image, one that may not be mounted, too many.
std::vector<DataImage> open_data_images(const Request& request, const std::vector<MountWord>& words);

// Throws Error: `fd` is neither a regular file nor a directory.
void refuse_other_kinds(int fd, const std::string& name);

}  // namespace slipway
