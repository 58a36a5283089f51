// SPDX-License-Identifier: BSD-3-Clause

// Ranks on a node, and the devices that each gets: what slipway topology shows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/topology/gpu_binding.h"
#include "lib/topology/nic_binding.h"
#include "lib/topology/node.h"

namespace slipway {

struct RankPlan {
  topology::CpuSet cpus;
  topology::GpuList seen, own;  // of all that it sees, those that it uses (lib/topology/gpu_binding.h)
  topology::NicList nics;       // the nearest
};

struct TopologyPlan {
  std::unique_ptr<topology::Node> node;
  topology::GpuBind bind = topology::GpuBind::kOrder;
  std::string layout;  // of the ranks, in words
  std::vector<RankPlan> ranks;
};

// "order", "closest" or "none".
const char* word_of(topology::GpuBind bind);

std::string list_of(const topology::CpuSet& cpus);
std::string list_of(const topology::GpuList& gpus);
// As lib/topology/rank_line.h has it.
std::string line_of(const TopologyPlan& plan, size_t rank);
// "NVIDIA", or PCI's number.
std::string vendor_name(unsigned vendor);

}  // namespace slipway
