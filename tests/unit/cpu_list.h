// SPDX-License-Identifier: BSD-3-Clause

// Sets of CPUs for tests, as the kernel writes them: "0-3,8".
#pragma once

#include <cstdlib>

#include "lib/topology/cpu_set.h"

inline slipway::topology::CpuSet cpus_in(const char* list) {
  slipway::topology::CpuSet cpus;
  while (*list) {
    char* end;
    const long first = strtol(list, &end, 10);
    const long last = *end == '-' ? strtol(end + 1, &end, 10) : first;
    for (long cpu = first; cpu <= last; ++cpu) cpus.add(static_cast<int>(cpu));
    list = *end ? end + 1 : end;
  }
  return cpus;
}
