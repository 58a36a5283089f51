#include "topology/locality_entries.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace slipway::topology {

namespace {

// What follows `key` and "=" in an entry, or nullptr when it is of another key.
const char* value_of(const char* entry, const char* key) {
  const size_t length = strlen(key);
  return strncmp(entry, key, length) == 0 && entry[length] == '=' ? entry + length + 1 : nullptr;
}

bool take_region(const char* value, Locality& locality) {
  Region region;
  char* cpus;
  region.parent = static_cast<int>(strtol(value, &cpus, 10));
  const bool is_machine = locality.regions == 0;
  if (region.parent < 0 || (is_machine ? region.parent > 0 : region.parent >= locality.regions)) return false;
  if (locality.regions == kMostRegions || *cpus != ' ' || !region.cpus.read_list(cpus + 1)) return false;
  region.depth = is_machine ? 0 : locality.region[region.parent].depth + 1;
  locality.region[locality.regions++] = region;
  return true;
}

bool take_gpu(const char* value, Locality& locality) {
  Gpu gpu;
  if (locality.gpus == kMostGpus || sscanf(value, "%d %15s %x", &gpu.region, gpu.address, &gpu.vendor) != 3) {
    return false;
  }
  if (gpu.region < 0 || gpu.region >= locality.regions) return false;
  locality.gpu[locality.gpus++] = gpu;
  return true;
}

bool take_nic(const char* value, Locality& locality) {
  Nic nic;
  char state[8];
  int end = 0;
  if (locality.nics == kMostNics ||
      sscanf(value, "%d %15s %31s %7s %n", &nic.region, nic.address, nic.name, state, &end) != 4 || end == 0) {
    return false;
  }
  if (nic.region < 0 || nic.region >= locality.regions) return false;
  if (strcmp(nic.address, "-") == 0) nic.address[0] = '\0';
  nic.is_down = strcmp(state, "down") == 0;
  const char* text = value + end;
  for (int i = 0; i < locality.gpus; ++i) {
    char* next;
    nic.to_gpu[i] = static_cast<int>(strtol(text, &next, 10));
    if (next == text || *next != (i + 1 < locality.gpus ? ',' : '\0')) return false;
    text = next + 1;
  }
  locality.nic[locality.nics++] = nic;
  return true;
}

}  // namespace

const char* region_value(const Region& region, char* out) {
  const int length = snprintf(out, kMostEntry, "%d ", region.parent);
  region.cpus.write_list(out + length, kMostEntry - length);
  return out;
}

const char* gpu_value(const Gpu& gpu, char* out) {
  snprintf(out, kMostEntry, "%d %s %04x", gpu.region, gpu.address, gpu.vendor);
  return out;
}

const char* nic_value(const Nic& nic, int gpus, char* out) {
  const char* const address = *nic.address ? nic.address : "-";
  int length = snprintf(out, kMostEntry, "%d %s %s %s ", nic.region, address, nic.name, nic.is_down ? "down" : "up");
  for (int i = 0; i < gpus; ++i) {
    length += snprintf(out + length, kMostEntry - length, "%s%d", i ? "," : "", nic.to_gpu[i]);
  }
  return out;
}

bool take_entry(const char* entry, Locality* locality) {
  if (const char* const value = value_of(entry, "region")) return take_region(value, *locality);
  if (const char* const value = value_of(entry, "gpu")) return take_gpu(value, *locality);
  if (const char* const value = value_of(entry, "nic")) return take_nic(value, *locality);
  return false;
}

}  // namespace slipway::topology
