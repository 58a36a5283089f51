// SPDX-License-Identifier: BSD-3-Clause

// CUDA's forward compatibility: an image may bring the driver's user space of a newer release along, which NVIDIA's
// kernel driver serves on GPUs for data centres. It lies apart, to be used only where it is newer than the node's.
#pragma once

#include <string>
#include <vector>

#include "lib/elf/library_cache_file.h"
#include "lib/image/image_files.h"

namespace slipway {

struct DriverVersion {
  std::string text;               // 535.104.05
  std::vector<unsigned> numbers;  // empty: not known
};

// What the name of the file libcuda.so.535.104.05 says.
DriverVersion driver_version_of(const std::string& libcuda_path);

struct DriverCompat {
  std::string directory;  // in the image; empty: it has none
  DriverVersion version;
  std::vector<CachedLibrary> libraries;  // in the directory
};

// What a user is told who gets it.
std::string compat_notice(const DriverCompat& compat, const DriverVersion& hosts);

// The newest that the image has below /usr/local/cuda* if it is of a newer branch, the first number, than `hosts`:
// NVIDIA's own tools look at nothing else, since within a branch the driver needs no such help.
DriverCompat newer_driver_in(const ImageFiles& image, const DriverVersion& hosts);

}  // namespace slipway
