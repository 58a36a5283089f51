// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/memory_file.h"

#include <sys/mman.h>

#include <cerrno>

namespace slipway {

namespace {

constexpr unsigned kNoExecute = 8;  // MFD_NOEXEC_SEAL, of Linux 6.3 (linux/memfd.h)

}  // namespace

// A site can demand that the flag is there (vm.memfd_noexec=2); older kernels do not know it.
Fd memory_file(const char* name) {
  Fd file(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | kNoExecute));
  if (!file && errno == EINVAL) file.reset(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  return file;
}

}  // namespace slipway
