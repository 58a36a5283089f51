// SPDX-License-Identifier: BSD-3-Clause

// The hooks of CDI specs. None is executed, neither as root nor on the host: they are programs that expect to be root
// beside a container that is half made. What NVIDIA's own do (nvidia-cdi-hook, nvidia-ctk hook) is done by us instead.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/devices/cdi_devices.h"

namespace slipway {

struct CdiHookWork {
  std::vector<std::pair<std::string, std::string>> links;  // path inside and target; a later one replaces an earlier
  std::vector<std::string> library_folders;  // inside, each once: the dynamic loader is to find their libraries
  bool wants_cuda_compat = false;  // the image's own newer libcuda (/usr/local/cuda/compat) is to come before them
  std::vector<std::string> notices;  // hooks that are not carried out
};

// Adds what the hook of the spec `file` asks for. Nothing is to be done for these of NVIDIA's: chmod (directories that
// are made inside can be entered by all), disable-device-node-modification (nobody inside can make a device node) and
// update-application-profile (it tells EGL not to try GPUs whose nodes are not there).
void add_cdi_hook(CdiHookWork& work, const CdiHook& hook, const std::string& file);

}  // namespace slipway
