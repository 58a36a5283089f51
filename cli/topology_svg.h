// SPDX-License-Identifier: BSD-3-Clause

// The picture of slipway topology.
#pragma once

#include <string>

#include "cli/topology_plan.h"

namespace slipway {

// An SVG document: packages, NUMA nodes, GPUs and NICs as boxes, a colour for each rank, and a legend.
std::string svg_of(const TopologyPlan& plan);

}  // namespace slipway
