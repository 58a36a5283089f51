// SPDX-License-Identifier: BSD-3-Clause

// The files of a squashfs, read without a mount.
#pragma once

#include <cstdint>
#include <memory>

#include "lib/image/image_files.h"

namespace slipway {

// `image` stays open as long as what is returned, in which links lead nowhere out. Its bytes may be hostile, and the
// library that reads them has had its faults: for a process that has nothing to lose. Throws Error, also where this
// Slipway was built without that library.
std::unique_ptr<ImageFiles> squashfs_files(int image, uint64_t offset);

}  // namespace slipway
