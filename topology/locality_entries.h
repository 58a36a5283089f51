// A locality as entries of the plan (helper/entries.h), one for each region, GPU and NIC:
//   region=<parent> <CPUs>                      the machine, whose parent is 0, and then parents first
//   gpu=<region> <PCI address> <vendor>
//   nic=<region> <PCI address or -> <name> <up|down> <distance to GPU 0>,<to GPU 1>,...
#pragma once

#include <stddef.h>

#include "topology/locality.h"

namespace slipway::topology {

// The longest entry: CPUs that are all single.
inline constexpr size_t kMostEntry = 16384;

// Takes one entry more into a locality. False: it is none of these, or none that can be.
bool take_entry(const char* entry, Locality* locality);

// The values, in at most kMostEntry bytes. They return `out`.
const char* region_value(const Region& region, char* out);
const char* gpu_value(const Gpu& gpu, char* out);
const char* nic_value(const Nic& nic, int gpus, char* out);

// Calls `visit(key, value)` for each entry, both ended by NUL.
template <typename Visit>
void for_each_entry(const Locality& locality, const Visit& visit) {
  char value[kMostEntry];
  for (int i = 0; i < locality.regions; ++i) visit("region", region_value(locality.region[i], value));
  for (int i = 0; i < locality.gpus; ++i) visit("gpu", gpu_value(locality.gpu[i], value));
  for (int i = 0; i < locality.nics; ++i) visit("nic", nic_value(locality.nic[i], locality.gpus, value));
}

}  // namespace slipway::topology
