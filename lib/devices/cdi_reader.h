// SPDX-License-Identifier: BSD-3-Clause

// Which CDI specs a node has, and what they say: found here, read by slipway-cdi.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "lib/devices/cdi_devices.h"

namespace slipway {

// The program that reads specs. Installed so that its user can execute it but not read it: then none of their processes
// can trace it and run on in its place, where Slurm does not account for them.
inline constexpr char kCdiReader[] = LIBEXECDIR "/slipway-cdi";

// The CDI specification's own choice, the last one wins.
inline constexpr const char* kCdiDirectories[] = {"/etc/cdi", "/var/run/cdi"};

// The paths of a directory's spec files, by name. Of a directory that does not exist, none. Throws Error: one that
// cannot be read.
std::vector<std::string> cdi_files_in(const std::string& directory);

// Whether one of them is there. Starts no process; a directory that cannot be read has none.
bool has_cdi_specs(const std::vector<std::string>& directories);

// Runs the reader (lib/process/nobody.h); it must answer in 16 MiB, before `patience` is over. Without a spec file
// nothing is started, and the registry is empty. Throws Error: the program is not there, or gave no answer.
CdiRegistry read_cdi_registry(const std::vector<std::string>& directories, const char* program = kCdiReader,
                              std::chrono::milliseconds patience = std::chrono::seconds(10));

}  // namespace slipway
