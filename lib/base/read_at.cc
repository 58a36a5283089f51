// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/read_at.h"

#include <unistd.h>

#include <cerrno>

#include "lib/base/error.h"

namespace slipway {

bool read_at(int file, uint64_t offset, void* bytes, size_t size, const std::string& name) {
  if (offset > INT64_MAX || size > INT64_MAX - offset) return false;
  for (size_t done = 0; done < size;) {
    const ssize_t part = pread(file, static_cast<char*>(bytes) + done, size - done, static_cast<off_t>(offset + done));
    if (part == 0) return false;
    if (part > 0) done += part;
    else if (errno != EINTR) throw system_error(name, "pread", "look at the file system that it is on");
  }
  return true;
}

}  // namespace slipway
