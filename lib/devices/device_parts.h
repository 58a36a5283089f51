// SPDX-License-Identifier: BSD-3-Clause

// What devices bring into a container besides their nodes: by CDI specs for the node's GPUs, where the site has them,
// else by our own table of drivers; and the devices of CDI specs that the user asks for.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/devices/cdi_devices.h"
#include "lib/devices/driver_parts.h"
#include "lib/gpu/table.h"
#include "lib/options/terms.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/request.h"
#include "lib/spec/additions.h"
#include "lib/spec/host_directory.h"

namespace slipway {

// What the node says of its devices.
struct NodeDevices {
  std::unique_ptr<gpu::Table> gpus;
  GpuDrivers drivers;
  CdiRegistry registry;    // read where there are GPUs, or somebody asks for a device
  std::string cdi_error;  // why it was not read; empty: it was, or there is none
};

// Throws Error: a table that cannot be read.
NodeDevices read_node_devices(const Request& request, const Terms& terms);

struct DeviceParts {
  Additions additions;
  std::vector<std::pair<std::string, std::string>> device_links;  // below /dev, as in lib/devices/cdi_parts.h
};

// What goes with them for the ranks is added to `plan`. Stands in stage's work directory, where the image is mounted,
// and the host's root is "/". Throws Error: a device that was asked for and cannot be had.
DeviceParts device_parts(HostDirectory& directory, Plan& plan, const Request& request, const Terms& terms,
                         const NodeDevices& node);

}  // namespace slipway
