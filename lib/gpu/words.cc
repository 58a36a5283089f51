// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/gpu/grant.h"

namespace slipway::gpu {

namespace {

using topology::kAmd;
using topology::kIntel;
using topology::kNvidia;

// Of OpenCL and HIP, which count among what ROCR_VISIBLE_DEVICES has left.
constexpr char kOrdinal[] = "GPU_DEVICE_ORDINAL";

constexpr unsigned kVendors[] = {kNvidia, kAmd, kIntel};
constexpr int kVendorCount = sizeof kVendors / sizeof *kVendors;
static_assert(kVendorCount + 1 == Words::kCount);

const char* name_of(int word) { return word < kVendorCount ? variable_of(kVendors[word]) : kOrdinal; }

int number_inside(const Table& table, int gpu, Mask visible) {
  int number = 0;
  for (int i = 0; i < gpu; ++i) number += (visible & bit(i)) && table.gpu[i].vendor == table.gpu[gpu].vendor;
  return number;
}

// "2,0,1"; false: none of them is this vendor's.
bool write_list(const Table& table, unsigned vendor, const topology::GpuList& seen, Mask visible, char* out,
                size_t size) {
  size_t at = 0;
  for (int i = 0; i < seen.count; ++i) {
    if (table.gpu[seen.gpu[i]].vendor != vendor) continue;
    at += snprintf(out + at, size - at, "%s%d", at > 0 ? "," : "", number_inside(table, seen.gpu[i], visible));
  }
  return at > 0;
}

}  // namespace

Words words_of_slurm() {
  Words words;
  for (int i = 0; i < Words::kCount; ++i) words.value[i] = getenv(name_of(i));
  return words;
}

void set_words(const Table& table, const topology::GpuList& seen, Mask visible, const Words& slurms) {
  for (int i = 0; i < Words::kCount; ++i) {
    const char* const now = getenv(name_of(i));
    if (now && (!slurms.value[i] || strcmp(now, slurms.value[i]) != 0)) continue;
    char list[4 * topology::kMostGpus];
    const bool is_vendors = i < kVendorCount && write_list(table, kVendors[i], seen, visible, list, sizeof list);
    if (is_vendors) setenv(name_of(i), list, 1);
    else unsetenv(name_of(i));
    // Else CUDA would number them by its own idea of their speed; level-zero by how they were found.
    if (is_vendors && kVendors[i] == kNvidia) setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 1);
    if (is_vendors && kVendors[i] == kIntel) setenv("ZE_ENABLE_PCI_ID_DEVICE_ORDER", "1", 1);
  }
}

}  // namespace slipway::gpu
