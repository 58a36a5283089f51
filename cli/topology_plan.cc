// SPDX-License-Identifier: BSD-3-Clause
#include "cli/topology_plan.h"

#include <cstdio>

#include "lib/topology/rank_line.h"

namespace slipway {

using namespace topology;

const char* word_of(GpuBind bind) {
  switch (bind) {
    case GpuBind::kOrder: return "order";
    case GpuBind::kClosest: return "closest";
    case GpuBind::kNone: return "none";
  }
  return "";
}

std::string list_of(const CpuSet& cpus) {
  char text[16384];
  return cpus.write_list(text, sizeof text);
}

std::string list_of(const GpuList& gpus) {
  std::string text;
  for (int i = 0; i < gpus.count; ++i) text += (i > 0 ? "," : "") + std::to_string(gpus.gpu[i]);
  return text;
}

std::string line_of(const TopologyPlan& plan, size_t rank) {
  char text[2048];
  const RankPlan& its = plan.ranks[rank];
  return rank_line(plan.node->locality, static_cast<int>(rank), its.cpus, its.seen, its.own, its.nics, text,
                   sizeof text);
}

std::string vendor_name(unsigned vendor) {
  switch (vendor) {
    case kNvidia: return "NVIDIA";
    case kAmd: return "AMD";
    case kIntel: return "Intel";
  }
  char number[16];
  snprintf(number, sizeof number, "%04x", vendor);
  return number;
}

}  // namespace slipway
