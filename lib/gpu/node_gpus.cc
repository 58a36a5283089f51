// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/node_gpus.h"

#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

#include "lib/base/text_file.h"

namespace slipway::gpu {

namespace {

using topology::kAmd;
using topology::kIntel;
using topology::kNvidia;

// What NVIDIA's driver makes in /dev besides a node for each GPU: control, unified memory, MIG's capabilities, memory
// of other nodes (IMEX), GPUDirect Storage.
constexpr const char* kNvidiaShared[] = {"nvidiactl",     "nvidia-uvm",   "nvidia-uvm-tools", "nvidia-modeset",
                                         "nvidia-caps/*", "nvidia-fs*", "nvidia-caps-imex-channels/*"};
constexpr char kAmdShared[] = "kfd";

struct DirectoryCloser {
  void operator()(DIR* directory) const { closedir(directory); }
};

// Those that begin with `prefix`.
std::vector<std::string> names_in(const std::string& path, std::string_view prefix = "") {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, DirectoryCloser> directory(opendir(path.c_str()));
  while (const dirent* const entry = directory ? readdir(directory.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name[0] != '.' && name.starts_with(prefix)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_device(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0 && S_ISCHR(status.st_mode);
}

// What follows `prefix` in `name`, which must be a number; -1: it is something else.
int number_behind(const std::string& name, std::string_view prefix) {
  const size_t digits = name.size() - std::min(name.size(), prefix.size());
  const bool is_one = name.starts_with(prefix) && digits > 0 && digits < 7 &&
                      name.find_first_not_of("0123456789", prefix.size()) == name.npos;
  return is_one ? atoi(name.c_str() + prefix.size()) : -1;
}

// Beside NVIDIA's GPUs those of others may be a processor's own graphics, and Slurm's first number is nvidia0's.
int place_of(unsigned vendor) { return vendor == kNvidia ? 0 : vendor == kAmd ? 1 : 2; }

template <size_t kSize>
void copy(char (&to)[kSize], const std::string& text) {
  to[text.copy(to, kSize - 1)] = '\0';
}

class Finder {
 public:
  Finder(const std::string& root, Table& table) : root_(root), table_(table) {}

  void find() {
    for (const std::string& name : names_in(root_ + "/dev", "nvidia")) {
      if (const int number = number_behind(name, "nvidia"); number >= 0) add_gpu(name, kNvidia, number);
      else add_if_shared(name);
    }
    // Last: there may be more of these than fit, and nothing works without the others.
    for (const char* const directory : {"nvidia-caps", "nvidia-caps-imex-channels"}) add_shared_in(directory);
    for (const std::string& name : names_in(root_ + "/dev/dri")) add_renderer(name);
    if (table_.gpus == 0) table_.companions = 0;
    if (std::any_of(table_.gpu, table_.gpu + table_.gpus, [](const Device& gpu) {
          return gpu.vendor == kAmd;
        })) {
      add_companion(kAmdShared, kAmd, kAllOfVendor);
    }
    read_nvidia_driver();
    std::sort(table_.gpu, table_.gpu + table_.gpus, [](const Device& a, const Device& b) {
      return std::make_tuple(place_of(a.vendor), std::string_view(a.address), a.number) <
             std::make_tuple(place_of(b.vendor), std::string_view(b.address), b.number);
    });
    for (const std::string& name : names_in(root_ + "/dev/dri")) add_if_companion("dri/" + name);
  }

 private:
  Device* add_gpu(const std::string& name, unsigned vendor, int number) {
    if (table_.gpus == topology::kMostGpus || !is_device(root_ + "/dev/" + name)) return nullptr;
    Device& gpu = table_.gpu[table_.gpus++];
    copy(gpu.name, name);
    gpu.vendor = vendor;
    gpu.number = number;
    return &gpu;
  }

  void add_companion(const std::string& name, unsigned vendor, int gpu) {
    const bool fits = table_.companions < kMostCompanions && name.size() < kLongestDevice;
    if (!fits || !is_device(root_ + "/dev/" + name)) return;
    Companion& companion = table_.companion[table_.companions++];
    copy(companion.name, name);
    companion.vendor = vendor;
    companion.gpu = gpu;
  }

  void add_if_shared(const std::string& name) {
    for (const char* const pattern : kNvidiaShared) {
      if (fnmatch(pattern, name.c_str(), FNM_PATHNAME) == 0) return add_companion(name, kNvidia, kAllOfVendor);
    }
  }

  void add_shared_in(const std::string& directory) {
    for (const std::string& name : names_in(root_ + "/dev/" + directory)) add_if_shared(directory + "/" + name);
  }

  // The kernel's direct rendering nodes are of any vendor, and NVIDIA's compute libraries do not use them.
  void add_renderer(const std::string& name) {
    const int number = number_behind(name, "renderD");
    if (number < 0) return;
    const std::string device = root_ + "/sys/class/drm/" + name + "/device";
    const auto vendor = static_cast<unsigned>(strtoul(text_of_file(device + "/vendor").c_str(), nullptr, 16));
    if (vendor != kAmd && vendor != kIntel) return;
    Device* const gpu = add_gpu("dri/" + name, vendor, number);
    if (gpu) copy(gpu->address, address_of(name));
  }

  // Empty: it is none of PCI's, or there is no such device.
  std::string address_of(const std::string& name) const {
    char real[PATH_MAX];
    return realpath((root_ + "/sys/class/drm/" + name + "/device").c_str(), real) ? strrchr(real, '/') + 1 : "";
  }

  // Of the direct rendering nodes those that are another way to a GPU: to draw on a screen, and all of NVIDIA's.
  void add_if_companion(const std::string& path) {
    const std::string address = address_of(path.substr(path.find('/') + 1));
    for (int i = 0; i < table_.gpus; ++i) {
      const Device& gpu = table_.gpu[i];
      if (!address.empty() && address == gpu.address && path != gpu.name) return add_companion(path, gpu.vendor, i);
    }
  }

  void read_nvidia_driver() {
    const std::string directory = root_ + "/proc/driver/nvidia/gpus";
    for (const std::string& address : names_in(directory)) {
      const std::string text = text_of_file(directory + "/" + address + "/information");
      const std::string minor = field_of(text, "Device Minor");
      for (Device* gpu = table_.gpu; gpu < table_.gpu + table_.gpus; ++gpu) {
        if (gpu->vendor != kNvidia || minor.empty() || atoi(minor.c_str()) != gpu->number) continue;
        copy(gpu->address, address);
        copy(gpu->uuid, field_of(text, "GPU UUID"));
      }
    }
  }

  const std::string root_;
  Table& table_;
};

}  // namespace

void find_gpus(const std::string& root, Table& table) { Finder(root, table).find(); }

}  // namespace slipway::gpu
