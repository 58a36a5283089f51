// SPDX-License-Identifier: BSD-3-Clause

// A loop device over part of an open file.
#pragma once

#include <cstdint>
#include <string>

#include "lib/base/fd.h"
#include "lib/image/image_format.h"

namespace slipway {

struct LoopDevice {
  // Keeps the device until it is mounted; the kernel frees the device itself when descriptor and mount are gone.
  // Close it right after mounting: whoever holds it could exchange the file below with LOOP_CHANGE_FD.
  Fd fd;
  std::string path;
};

enum class LoopAccess { kRead, kWrite };

// `offset` and `size` in bytes; the file should go on to the end of the last block. Throws Error.
LoopDevice attach_loop(int file, uint64_t offset, uint64_t size, LoopAccess access = LoopAccess::kRead);

}  // namespace slipway
