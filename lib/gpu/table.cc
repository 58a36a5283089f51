// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/table.h"

#include <string.h>

namespace slipway::gpu {

namespace {

bool is_sound(const topology::Locality& locality) {
  if (locality.regions < 0 || locality.regions > topology::kMostRegions) return false;
  if (locality.gpus < 0 || locality.gpus > topology::kMostGpus) return false;
  if (locality.nics < 0 || locality.nics > topology::kMostNics) return false;
  const auto is_region = [&](int region) { return region >= 0 && region < locality.regions; };
  for (int i = 0; i < locality.regions; ++i) {
    const topology::Region& region = locality.region[i];
    if (i > 0 && (region.parent < 0 || region.parent >= i)) return false;
    if (region.depth != (i > 0 ? locality.region[region.parent].depth + 1 : 0)) return false;
  }
  for (int i = 0; i < locality.gpus; ++i) {
    const topology::Gpu& gpu = locality.gpu[i];
    if (!is_region(gpu.region) || !memchr(gpu.address, '\0', sizeof gpu.address)) return false;
  }
  for (int i = 0; i < locality.nics; ++i) {
    const topology::Nic& nic = locality.nic[i];
    if (!is_region(nic.region) || !memchr(nic.name, '\0', sizeof nic.name)) return false;
  }
  return true;
}

// Its place in what was read; -1: it is not there. Where no address is known, the vendor's i-th GPU is the i-th.
int place_of(const topology::Locality& read, const Device& device, int rank_among_vendors) {
  for (int i = 0; i < read.gpus; ++i) {
    if (read.gpu[i].vendor != device.vendor) continue;
    const bool is_it = device.address[0] ? strcmp(read.gpu[i].address, device.address) == 0 : rank_among_vendors == 0;
    if (is_it) return i;
    --rank_among_vendors;
  }
  return -1;
}

}  // namespace

void locality_of(const Table& table, topology::Locality* locality) {
  const topology::Locality& read = table.locality;
  const bool is_known = is_sound(read) && read.regions > 0;
  if (is_known) {
    *locality = read;
  } else {
    memset(static_cast<void*>(locality), 0, sizeof *locality);
    locality->regions = 1;
  }
  locality->gpus = table.gpus;
  for (int i = 0; i < table.gpus; ++i) {
    const Device& device = table.gpu[i];
    int before = 0;
    for (int other = 0; other < i; ++other) before += table.gpu[other].vendor == device.vendor;
    const int place = is_known ? place_of(read, device, before) : -1;
    topology::Gpu& gpu = locality->gpu[i];
    memcpy(gpu.address, device.address, sizeof gpu.address);
    gpu.vendor = device.vendor;
    gpu.region = place >= 0 ? read.gpu[place].region : 0;
    for (int nic = 0; nic < locality->nics; ++nic) {
      locality->nic[nic].to_gpu[i] = place >= 0 ? read.nic[nic].to_gpu[place] : 0;
    }
  }
}

}  // namespace slipway::gpu
