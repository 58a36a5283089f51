// SPDX-License-Identifier: BSD-3-Clause

// What of a node's GPU drivers a container gets where no CDI specification says it: libraries and programs as the
// host's MPI comes (lib/spec/host_directory.h), sockets and configuration at their own places. The image's ld.so.cache
// and the directory that Apptainer's images have for this know the libraries too.
#pragma once

#include <string>
#include <vector>

#include "lib/image/image_files.h"
#include "lib/options/tables/driver_table.h"
#include "lib/protocol/plan.h"
#include "lib/spec/additions.h"
#include "lib/spec/host_directory.h"

namespace slipway {

struct GpuDrivers {
  std::vector<GpuVendor> vendors;  // of the GPUs that this node has; empty: nothing is done
  std::string root = "/";          // directory of the host in which the drivers are installed
  std::vector<DriverRule> table;
  std::string capabilities, visible_devices;  // as in lib/devices/driver_wish.h
};

// What goes with them for the ranks that have a GPU is added to `plan`. Nothing of it must be there: a library that
// cannot be used in the image is left out, and the plan's notices tell; what a rank with a GPU lacks then is no_driver.
void add_driver_parts(HostDirectory& directory, Additions& additions, Plan& plan, const GpuDrivers& drivers,
                      const ImageFiles& image);

}  // namespace slipway
