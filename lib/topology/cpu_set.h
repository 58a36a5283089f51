// SPDX-License-Identifier: BSD-3-Clause

// A set of a node's CPUs, by the numbers that Linux gives them. Like all of this room but the reader of hwloc and what
// is for the slipway command, without the C++ library: enter uses it too.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace slipway::topology {

inline constexpr int kMostCpus = 2048;

class CpuSet {
 public:
  // CPUs from kMostCpus on are in no set.
  void add(int cpu) {
    if (cpu >= 0 && cpu < kMostCpus) words_[cpu / 64] |= uint64_t{1} << cpu % 64;
  }
  void add(const CpuSet& other) {
    for (int i = 0; i < kWords; ++i) words_[i] |= other.words_[i];
  }
  bool has(int cpu) const { return cpu >= 0 && cpu < kMostCpus && words_[cpu / 64] >> cpu % 64 & 1; }
  int count() const { return count_common(*this); }
  int count_common(const CpuSet& other) const;
  bool operator==(const CpuSet& other) const;

  // As the kernel and taskset write lists, "0-3,8", in at most `size` bytes with the final NUL. Returns `out`.
  const char* write_list(char* out, size_t size) const;

 private:
  static constexpr int kWords = kMostCpus / 64;
  uint64_t words_[kWords] = {};
};

}  // namespace slipway::topology
