// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/descriptors.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace slipway {

namespace {

// For kernels before 5.9, which have no close_range. Closing while reading is safe: procfs lists by number.
bool close_listed(unsigned first, unsigned last) {
  DIR* const directory = opendir("/proc/self/fd");
  if (!directory) return false;
  while (const dirent* entry = readdir(directory)) {
    const unsigned fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || static_cast<int>(fd) == dirfd(directory)) continue;
    if (fd >= first && fd <= last) close(fd);
  }
  closedir(directory);
  return true;
}

bool close_between(unsigned first, unsigned last) {
  if (first > last) return true;
  if (syscall(SYS_close_range, first, last, 0) == 0) return true;
  return errno == ENOSYS && close_listed(first, last);
}

}  // namespace

bool close_descriptors_from(int first, const int* keep, size_t count) {
  unsigned next = first;
  for (;;) {
    unsigned kept = UINT_MAX;  // the lowest of those that are not passed yet
    for (size_t i = 0; i < count; ++i) {
      const auto fd = static_cast<unsigned>(keep[i]);
      if (fd >= next && fd < kept) kept = fd;
    }
    if (kept == UINT_MAX) return close_between(next, UINT_MAX);
    if (kept > next && !close_between(next, kept - 1)) return false;
    next = kept + 1;
  }
}

}  // namespace slipway
