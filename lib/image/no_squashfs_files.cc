// SPDX-License-Identifier: BSD-3-Clause

// In place of squashfs_files.cc where configure found no libsquashfuse.
#include "lib/image/squashfs_files.h"
#include "lib/base/error.h"

namespace slipway {

std::unique_ptr<ImageFiles> squashfs_files(int, uint64_t) {
  throw Error("squashfs", "this slipway was built without libsquashfuse");
}

}  // namespace slipway
