// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/rank_line.h"

#include <stdio.h>
#include <string.h>

namespace slipway::topology {

namespace {

// A line that grows, up to its size.
struct Line {
  char* out;
  size_t size;
  size_t at = 0;

  void add(const char* text) {
    const int length = snprintf(out + at, size - at, "%s", text);
    at += length;
    if (at >= size) at = size - 1;
  }
  void add(int number) {
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    add(text);
  }
  void add(const GpuList& list) {
    for (int i = 0; i < list.count; ++i) {
      if (i > 0) add(",");
      add(list.gpu[i]);
    }
  }
};

}  // namespace

int distance_to_own(const Locality& locality, const CpuSet& cpus, const GpuList& own) {
  const Distances away = distances(locality, cpus);
  int sum = 0;
  for (int i = 0; i < own.count; ++i) sum += away.to_region[locality.gpu[own.gpu[i]].region];
  return own.count > 0 ? sum / own.count : 0;
}

const char* rank_line(const Locality& locality, int rank, const CpuSet& cpus, const GpuList& seen, const GpuList& own,
                      const NicList& nics, char* out, size_t size) {
  Line line{out, size};
  line.add("rank ");
  line.add(rank);
  line.add(":");
  if (cpus.count() > 0) {
    char list[1024];
    line.add(" cpus ");
    line.add(cpus.write_list(list, sizeof list));
  }
  if (own.count > 0) {
    line.add(" gpu ");
    line.add(own);
    if (seen.count > own.count) {
      line.add(" of ");
      line.add(seen);
    }
  }
  for (int i = 0; i < nics.count; ++i) {
    line.add(i == 0 ? " nic " : ",");
    line.add(locality.nic[nics.nic[i]].name);
  }
  if (const int away = distance_to_own(locality, cpus, own); away > 0) {
    char text[48];
    snprintf(text, sizeof text, away == kLevel ? " (%g level away)" : " (%.3g levels away)",
             static_cast<double>(away) / kLevel);
    line.add(text);
  }
  return out;
}

}  // namespace slipway::topology
