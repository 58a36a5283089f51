// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/cpu_set.h"

#include <stdio.h>
#include <string.h>

namespace slipway::topology {

int CpuSet::count_common(const CpuSet& other) const {
  int count = 0;
  for (int i = 0; i < kWords; ++i) {
    const uint64_t common = words_[i] & other.words_[i];
    if (common) count += __builtin_popcountll(common);
  }
  return count;
}

bool CpuSet::operator==(const CpuSet& other) const { return memcmp(words_, other.words_, sizeof words_) == 0; }

const char* CpuSet::write_list(char* out, size_t size) const {
  size_t at = 0;
  out[0] = '\0';
  for (int cpu = 0; cpu < kMostCpus; ++cpu) {
    if (!has(cpu)) continue;
    int last = cpu;
    while (has(last + 1)) ++last;
    char range[32];
    const int length = last == cpu ? snprintf(range, sizeof range, "%s%d", at ? "," : "", cpu)
                                   : snprintf(range, sizeof range, "%s%d-%d", at ? "," : "", cpu, last);
    if (at + length >= size) break;
    memcpy(out + at, range, length + 1);
    at += length;
    cpu = last;
  }
  return out;
}

}  // namespace slipway::topology
