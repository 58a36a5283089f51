// SPDX-License-Identifier: BSD-3-Clause

// A node's GPUs, as stage found them, for all ranks of a step: byte for byte in a sealed memfd. Like all of this room
// but node_gpus, without the C++ library, which enter does not have.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/topology/locality.h"

namespace slipway::gpu {

inline constexpr size_t kLongestDevice = 40;
inline constexpr size_t kLongestUuid = 44;
inline constexpr int kMostCompanions = 192;

// Where stage keeps the GPUs' device nodes, below the container's /dev, until a rank shows those it was granted: each
// under its own name.
inline constexpr char kHidden[] = ".slipway";

struct Device {
  char name[kLongestDevice];  // below /dev: "nvidia3", "dri/renderD129"
  char address[16];           // of PCI: "0000:34:00.0"; empty: unknown
  char uuid[kLongestUuid];    // by which CUDA knows it; empty: unknown
  unsigned vendor;            // PCI's number for it
  int number;                 // at the end of its name
};

// What comes with GPUs: "nvidiactl" and "kfd" with each of their vendor's, "dri/card1" with one.
struct Companion {
  char name[kLongestDevice];
  unsigned vendor;
  int gpu;  // in Table::gpu; kAllOfVendor: any
};
inline constexpr int kAllOfVendor = -1;

struct Table {
  int gpus;
  // NVIDIA's, AMD's, Intel's: each in the order in which the vendor's library numbers them, by PCI address.
  Device gpu[topology::kMostGpus];
  int companions;
  Companion companion[kMostCompanions];
  int ranks;         // of the step on this node
  bool is_batch;     // the step is the job's script
  bool is_verbose;   // each rank says what it got
  bool shows_all;    // every rank has all GPUs, whatever Slurm says
  bool has_topology;  // or it is not needed; else all GPUs count as equally near, which is told
  // As slipway-topology wrote it: of a process that is nobody, so to be checked before use (locality_of).
  topology::Locality locality;
};

// One bit for each of Table::gpu.
using Mask = uint64_t;
static_assert(topology::kMostGpus <= 64);

inline constexpr Mask bit(int gpu) { return Mask{1} << gpu; }
inline constexpr Mask all_of(const Table& table) { return table.gpus == 64 ? ~Mask{0} : bit(table.gpus) - 1; }

// Where the table's GPUs are, with the same indices. A GPU of which the topology knows nothing is as near to each CPU.
void locality_of(const Table& table, topology::Locality* locality);

}  // namespace slipway::gpu
