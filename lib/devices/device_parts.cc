// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/device_parts.h"

#include <fcntl.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/paths.h"
#include "lib/devices/cdi_parts.h"
#include "lib/devices/cdi_reader.h"
#include "lib/devices/driver_compat.h"
#include "lib/devices/driver_params.h"
#include "lib/elf/elf.h"
#include "lib/elf/library_cache_file.h"
#include "lib/gpu/node_gpus.h"
#include "lib/image/image_files.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr char kGpus[] = "CDI specs of the node's GPUs";
constexpr char kCache[] = "/etc/ld.so.cache", kDev[] = "/dev/";
constexpr std::pair<unsigned, GpuVendor> kVendors[] = {{topology::kNvidia, GpuVendor::kNvidia},
                                                       {topology::kAmd, GpuVendor::kAmd},
                                                       {topology::kIntel, GpuVendor::kIntel}};

bool has_vendor(const gpu::Table& gpus, unsigned vendor) {
  return std::any_of(gpus.gpu, gpus.gpu + gpus.gpus, [&](const gpu::Device& gpu) { return gpu.vendor == vendor; });
}

// Its place among the node's GPUs; -1: it is none of them.
int gpu_of(const gpu::Table& gpus, const std::string& node) {
  for (int i = 0; i < gpus.gpus; ++i) {
    if (node == kDev + std::string(gpus.gpu[i].name)) return i;
  }
  return -1;
}

bool is_companion(const gpu::Table& gpus, const std::string& node) {
  return std::any_of(gpus.companion, gpus.companion + gpus.companions,
                     [&](const gpu::Companion& device) { return node == kDev + std::string(device.name); });
}

class Devices {
 public:
  Devices(HostDirectory& directory, Plan& plan, const Request& request, const Terms& terms, const NodeDevices& node)
      : directory_(directory),
        plan_(plan),
        request_(request),
        terms_(terms),
        node_(node),
        gpus_(*node.gpus),
        image_files_(Fd(open(kImageName, O_PATH | O_DIRECTORY | O_CLOEXEC))),
        image_search_(image_files_),
        host_files_(Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC))) {}

  DeviceParts parts() && {
    GpuDrivers drivers = node_.drivers;  // none where the site shows no GPU
    const auto& all = node_.drivers.vendors;
    const bool shows_nvidia = std::find(all.begin(), all.end(), GpuVendor::kNvidia) != all.end();
    if (!drivers.vendors.empty()) add_gpus_of_cdi(drivers);
    add_asked();
    if (!drivers.vendors.empty()) add_driver_parts(directory_, parts_.additions, plan_, drivers, image_files_);
    add_libraries();
    if (shows_nvidia) add_driver_params(parts_.additions);
    return std::move(parts_);
  }

 private:
  // The ranks show the GPUs' nodes, as they were granted (lib/gpu/devices.h); and a /dev of the host's has all others.
  bool is_handled(const std::string& node) const {
    const bool is_there = terms_.shows_host_devices && node.starts_with(kDev);
    return is_there || gpu_of(gpus_, node) >= 0 || is_companion(gpus_, node);
  }

  CdiParts parts_of(const std::vector<CdiChoice>& chosen, const std::string& asked_by) {
    CdiParts found = cdi_parts(chosen, [&](const std::string& node) { return is_handled(node); }, asked_by);
    const auto move_to = [](auto& from, auto& to) {
      std::move(from.begin(), from.end(), std::back_inserter(to));
    };
    note_libraries(found);
    move_to(found.additions.mounts, parts_.additions.mounts);
    move_to(found.additions.links, parts_.additions.links);
    move_to(found.additions.files, parts_.additions.files);
    move_to(found.device_links, parts_.device_links);
    return found;
  }

  // Whose GPUs have specs needs nothing of our own table.
  void add_gpus_of_cdi(GpuDrivers& drivers) {
    std::vector<CdiChoice> chosen;
    for (const auto& [number, vendor] : kVendors) {
      const size_t before = chosen.size();
      for (int i = 0; i < gpus_.gpus; ++i) {
        if (gpus_.gpu[i].vendor != number) continue;
        if (auto choice = cdi_device_of_node(node_.registry, kDev + std::string(gpus_.gpu[i].name))) {
          chosen.push_back(*choice);
        }
      }
      if (chosen.size() > before) std::erase(drivers.vendors, vendor);
    }
    if (chosen.empty()) return tell_why_not();
    const CdiParts found = parts_of(chosen, kGpus);
    plan_.gpu_set.insert(plan_.gpu_set.end(), found.environment.begin(), found.environment.end());
    if (found.wants_cuda_compat) compare_with_images(found);
    if (request_.is_verbose) {
      plan_.gpu_notices.insert(plan_.gpu_notices.end(), found.notices.begin(), found.notices.end());
    }
  }

  // A spec that is no good was meant to say how.
  void tell_why_not() {
    if (!node_.cdi_error.empty()) plan_.gpu_notices.push_back(node_.cdi_error);
    else if (!node_.registry.errors.empty()) plan_.gpu_notices.push_back(node_.registry.errors.front());
  }

  void add_asked() {
    if (terms_.options.devices.empty()) return;
    const std::string option = terms_.options.source_of("device");
    if (!node_.cdi_error.empty()) throw Error(option, node_.cdi_error, "");
    const std::vector<CdiChoice> chosen = parse_cdi_device_names(terms_.options.devices, node_.registry, option);
    for (const auto& [spec, device] : chosen) {
      refuse_kind(*spec);
      for (const CdiEdits* edits : {&spec->edits, &device->edits}) {
        for (const CdiNode& node : edits->nodes) demand_gpu(spec->kind + "=" + device->name, node.source);
      }
    }
    const CdiParts found = parts_of(chosen, option);
    plan_.set.insert(plan_.set.end(), found.environment.begin(), found.environment.end());
    plan_.notices.insert(plan_.notices.end(), found.notices.begin(), found.notices.end());
  }

  void refuse_kind(const CdiSpec& spec) const {
    const std::vector<std::string>& allowed = request_.settings.devices_allow;
    if (allowed.empty() || std::find(allowed.begin(), allowed.end(), spec.kind) != allowed.end()) return;
    throw Error(terms_.options.source_of("device") + "=" + spec.kind,
                "is not among the devices that may be asked for here (" +
                    words_of_key(request_.settings, "devices_allow") + ")",
                "leave it out, or ask the admin");
  }

  // What Slurm granted is known when the ranks come.
  void demand_gpu(const std::string& name, const std::string& node) {
    const int gpu = gpu_of(gpus_, node);
    if (gpu >= 0 && request_.settings.gpu == Settings::Gpu::kNo) {
      throw Error(name, "no GPU is shown in containers here (" + words_of_key(request_.settings, "gpu") + ")",
                  "leave it out, or ask the admin");
    }
    if (gpu >= 0) plan_.demanded_gpus.push_back(std::to_string(gpu) + " " + name);
  }

  // Of mounts in folders that a hook has the loader know: by the names for which programs ask, and the links by which
  // ldconfig, which would run in the hook, has these names found without its cache.
  void note_libraries(CdiParts& found) {
    std::vector<std::pair<std::string, std::string>> links;
    for (const LayoutEntry& mount : found.additions.mounts) {
      const std::string& target = mount.word.target;
      const auto holds = [&](const std::string& folder) { return folder == directory_of(target); };
      if (std::none_of(found.library_folders.begin(), found.library_folders.end(), holds)) continue;
      const Fd file = host_files_.open(mount.word.source);
      const std::string name = file ? read_elf(file.get()).soname : "";
      if (name.empty() || name.find('/') != name.npos) continue;
      libraries_.push_back({name, target});
      if (name != name_of(target)) links.emplace_back(directory_of(target) + "/" + name, name_of(target));
    }
    for (auto& link : links) {
      const auto is_there = [&](const auto& other) { return other.first == link.first; };
      auto& all = found.additions.links;
      if (std::none_of(all.begin(), all.end(), is_there)) all.push_back(std::move(link));
    }
  }

  void compare_with_images(const CdiParts& found) {
    for (const LayoutEntry& mount : found.additions.mounts) {
      const DriverVersion hosts = driver_version_of(mount.word.source);
      if (hosts.numbers.empty()) continue;
      const DriverCompat compat = newer_driver_in(image_files_, hosts);
      if (compat.directory.empty()) return;
      plan_.gpu_notices.push_back(compat_notice(compat, hosts));
      plan_.gpu_lead.emplace_back("LD_LIBRARY_PATH", compat.directory);
      libraries_.insert(libraries_.begin(), compat.libraries.begin(), compat.libraries.end());
      return;
    }
  }

  // To the image's cache, or to what the drivers' libraries have made of it.
  void add_libraries() {
    if (libraries_.empty()) return;
    auto& files = parts_.additions.files;
    const auto made = std::find_if(files.begin(), files.end(), [](const auto& file) { return file.first == kCache; });
    std::string cache =
        cache_with(made == files.end() ? image_search_.cache() : LibraryCache(made->second), libraries_);
    if (cache.empty()) return;
    if (made == files.end()) files.emplace_back(kCache, std::move(cache));
    else made->second = std::move(cache);
  }

  HostDirectory& directory_;
  Plan& plan_;
  const Request& request_;
  const Terms& terms_;
  const NodeDevices& node_;
  const gpu::Table& gpus_;
  const FilesBelow image_files_;
  const LibrarySearch image_search_;
  const FilesBelow host_files_;
  std::vector<CachedLibrary> libraries_;
  DeviceParts parts_;
};

}  // namespace

NodeDevices read_node_devices(const Request& request, const Terms& terms) {
  NodeDevices node;
  node.gpus = std::make_unique<gpu::Table>();
  gpu::find_gpus("", *node.gpus);
  const bool shows_gpus = node.gpus->gpus > 0 && request.settings.gpu != Settings::Gpu::kNo;
  if (shows_gpus || !terms.options.devices.empty()) {
    try {
      node.registry = read_cdi_registry({std::begin(kCdiDirectories), std::end(kCdiDirectories)});
    } catch (const Error& error) {
      node.cdi_error = error.what();
    }
  }
  for (const auto& [number, vendor] : kVendors) {
    if (shows_gpus && has_vendor(*node.gpus, number)) node.drivers.vendors.push_back(vendor);
  }
  if (node.drivers.vendors.empty()) return node;
  if (!request.settings.gpu_root.empty()) node.drivers.root = request.settings.gpu_root;
  node.drivers.table = read_driver_table(request.settings.driver_table);
  node.drivers.capabilities = request.driver_capabilities;
  node.drivers.visible_devices = request.visible_devices;
  return node;
}

DeviceParts device_parts(HostDirectory& directory, Plan& plan, const Request& request, const Terms& terms,
                         const NodeDevices& node) {
  if (node.drivers.vendors.empty() && terms.options.devices.empty()) return {};
  return Devices(directory, plan, request, terms, node).parts();
}

}  // namespace slipway
