// SPDX-License-Identifier: BSD-3-Clause

// What a step's container will be: what its user asked for, as far as the admin allows it. The one place where the two
// meet, for srun, for stage and for slipway explain.
#pragma once

#include "lib/options/options.h"
#include "lib/options/settings.h"

namespace slipway {

struct Terms {
  Options options;  // for what needs no permission

  bool contained = false;  // nothing of the host's files but what the user mounts
  bool shows_home = true, shows_cwd = true, shows_tmp = true;
  bool shows_host_devices = false;
  bool starts_in_image = false;  // in the image's own working directory, wherever the step was submitted

  enum class Writing {
    kNone,
    kMemory,     // lost with the step
    kOverlay,    // kept in options.overlay
    kDirectory,  // where the image is a directory, that itself; else as kMemory
  } writing = Writing::kNone;
  bool remaps_root = false;
  unsigned namespaces = 0;  // as in lib/options/options.h
  Mpi mpi = Mpi::kImage;
  bool batch_in_image = true;
  topology::GpuBind gpu_bind = topology::GpuBind::kOrder;
};

// Throws Error: what the admin does not allow, or what contradicts itself.
Terms terms_of(const Options& options, const Settings& settings);

}  // namespace slipway
