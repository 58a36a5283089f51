// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/cpu_set.h"

#include <stdio.h>
#include <stdlib.h>
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

bool CpuSet::read_list(const char* text) {
  *this = CpuSet();
  while (*text) {
    char* end;
    if (*text < '0' || *text > '9') return false;
    const long first = strtol(text, &end, 10);
    long last = first;
    if (*end == '-') {
      if (end[1] < '0' || end[1] > '9') return false;
      last = strtol(end + 1, &end, 10);
    }
    if (first > last || (*end && (*end != ',' || !end[1]))) return false;
    for (long cpu = first; cpu <= last && cpu < kMostCpus; ++cpu) add(static_cast<int>(cpu));
    text = *end ? end + 1 : end;
  }
  return true;
}

bool CpuSet::read_mask(const char* text, const char* ends) {
  *this = CpuSet();
  if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) text += 2;
  const size_t digits = strcspn(text, ends);
  for (size_t i = 0; i < digits; ++i) {
    const char digit = text[digits - 1 - i];  // the last is of CPUs 0 to 3
    const int value = digit >= '0' && digit <= '9'   ? digit - '0'
                      : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                      : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                     : -1;
    if (value < 0) return false;
    if (i >= kMostCpus / 4) continue;
    for (int bit = 0; bit < 4; ++bit) {
      if (value >> bit & 1) add(static_cast<int>(i) * 4 + bit);
    }
  }
  return digits > 0;
}

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
