// SPDX-License-Identifier: BSD-3-Clause

// Which MPI an image has, in the words of `slipway inspect`.
#pragma once

#include <sys/stat.h>

#include <string>

#include <nlohmann/json.hpp>

namespace slipway {

// For an image that is open. An array with an object for each MPI, or a string: why it was not looked for. What reads
// the image is a process of its own, which has no rights: the image may be hostile.
nlohmann::json describe_mpi(int image, const std::string& name, const struct stat& status);

// One of those objects as a line.
std::string line_of_mpi(const nlohmann::json& mpi);

}  // namespace slipway
