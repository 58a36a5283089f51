// CUDA's forward compatibility: an image may bring the driver's user space of a newer release along, which NVIDIA's
// kernel driver serves on GPUs for data centres. It lies apart, to be used only where it is newer than the node's.
#pragma once

#include <string>
#include <vector>

#include "helper/image_files.h"
#include "helper/library_cache_file.h"

namespace slipway {

// What the name of the file libcuda.so.550.54.14 says, as numbers; empty: nothing.
std::vector<unsigned> driver_version_of(const std::string& libcuda_path);

struct DriverCompat {
  std::string directory;  // in the image; empty: it has none
  std::vector<unsigned> version;
  std::vector<CachedLibrary> libraries;  // in the directory
};

// The newest that the image has below /usr/local/cuda* if that is newer than `hosts`.
DriverCompat newer_driver_in(const ImageFiles& image, const std::vector<unsigned>& hosts);

}  // namespace slipway
