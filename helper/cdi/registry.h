// SPDX-License-Identifier: BSD-3-Clause

// All CDI specs of a node as one registry.
#pragma once

#include <string>
#include <vector>

#include "lib/devices/cdi_devices.h"

namespace slipway::cdi {

// Reads the *.json and *.yaml files of the directories, by name. Where two specs define one device, the one of the
// later directory has it; of the same directory, neither. A directory that does not exist is none. What is wrong with
// a file is among the registry's errors: the devices of other files are there all the same.
CdiRegistry read_registry(const std::vector<std::string>& directories);

// The same for specs that were read already, in the order of their directories: `places[i]` is that of `specs[i]`.
CdiRegistry registry_of(std::vector<CdiSpec> specs, const std::vector<size_t>& places);

}  // namespace slipway::cdi
