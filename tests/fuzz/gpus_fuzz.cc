// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: whatever a rank's variables say of GPUs, whatever lies in the bytes that slipway-topology wrote, and
// whatever CPUs ranks have: each sees GPUs of the table, each once, and its line ends.
#include <stdlib.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "lib/gpu/grant.h"
#include "lib/gpu/words.h"
#include "lib/topology/rank_line.h"

namespace {

using namespace slipway;

constexpr int kRanks = 5;
constexpr const char* kVariables[] = {"SLURM_STEP_GPUS", "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
                                      "SLURM_GPUS_ON_NODE"};

struct Input {
  const uint8_t* at;
  size_t left;

  uint8_t byte() { return left > 0 ? --left, *at++ : 0; }
  std::string text() {
    std::string text;
    for (char c; left > 0 && (c = static_cast<char>(byte())) != '\0';) text.push_back(c);
    return text;
  }
};

void check(const gpu::Table& table, const topology::GpuList& list) {
  if (list.count < 0 || list.count > table.gpus) __builtin_trap();
  uint64_t seen = 0;
  for (int i = 0; i < list.count; ++i) {
    if (list.gpu[i] >= table.gpus || seen & gpu::bit(list.gpu[i])) __builtin_trap();
    seen |= gpu::bit(list.gpu[i]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input{data, size};
  const auto table = std::make_unique<gpu::Table>();
  table->gpus = input.byte() % (topology::kMostGpus + 1);
  for (int i = 0; i < table->gpus; ++i) {
    gpu::Device& device = table->gpu[i];
    device.vendor = i % 5 == 4 ? topology::kAmd : topology::kNvidia;
    device.number = i;
    if (i % 2 == 0) snprintf(device.uuid, sizeof device.uuid, "GPU-%d", i);
    snprintf(device.address, sizeof device.address, "0000:%02x:00.0", i);
  }
  const gpu::Mask open = input.byte() % 2 ? gpu::all_of(*table) : input.byte() & gpu::all_of(*table);
  for (const char* variable : kVariables) {
    const std::string value = input.text();
    if (value.empty()) unsetenv(variable);
    else setenv(variable, value.c_str(), 1);
  }
  const gpu::Grant grant = gpu::read_grant(*table, open, false);
  check(*table, grant.gpus);

  topology::CpuSet cpus[kRanks];
  for (topology::CpuSet& set : cpus) set.add(input.byte());
  topology::Locality& read = table->locality;
  read.regions = input.byte();
  read.gpus = input.byte();
  read.nics = input.byte() % 3;
  for (int i = 0; i < 8 && i < topology::kMostRegions; ++i) {
    read.region[i].parent = static_cast<int8_t>(input.byte());
    read.region[i].depth = static_cast<int8_t>(input.byte());
    read.region[i].cpus.add(input.byte());
  }
  for (int i = 0; i < 8; ++i) read.gpu[i].region = static_cast<int8_t>(input.byte());
  // The rest of it, where the input goes on.
  if (input.left > 0) memcpy(static_cast<void*>(&read.nic), input.at, std::min(input.left, sizeof read.nic));
  const auto locality = std::make_unique<topology::Locality>();
  gpu::locality_of(*table, locality.get());
  topology::GpuList seen[kRanks] = {};
  for (const auto bind : {topology::GpuBind::kOrder, topology::GpuBind::kClosest, topology::GpuBind::kNone}) {
    if (!topology::bind_gpus(*locality, {kRanks, cpus, grant.gpus}, bind, seen)) continue;
    for (int rank = 0; rank < kRanks; ++rank) {
      check(*table, seen[rank]);
      const topology::GpuList own = topology::own_gpus(seen[rank], bind, rank);
      char line[512];
      topology::rank_line(*locality, rank, cpus[rank], seen[rank], own,
                          topology::nearest_nics(*locality, cpus[rank], own), line, sizeof line);
      if (strlen(line) >= sizeof line) __builtin_trap();
    }
  }
  gpu::set_words(*table, seen[0], gpu::all_of(*table), gpu::words_of_slurm());
  return 0;
}
