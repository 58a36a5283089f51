// SPDX-License-Identifier: BSD-3-Clause
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "cli/doctor/checks.h"
#include "lib/process/programs.h"
#include "lib/base/error.h"
#include "lib/devices/cdi_reader.h"
#include "lib/gpu/node_gpus.h"
#include "lib/topology/hwloc_reader.h"

namespace slipway::doctor {

namespace {

std::vector<std::string> paths_of(const Site& site, std::initializer_list<const char*> patterns) {
  std::vector<std::string> all;
  for (const char* pattern : patterns) {
    const std::vector<std::string> paths = site.node.matching(pattern);
    all.insert(all.end(), paths.begin(), paths.end());
  }
  return all;
}

// The addresses of the node's GPUs that the topology does not have.
std::vector<std::string> unknown_gpus(const gpu::Table& gpus, const topology::Locality& locality) {
  std::vector<std::string> unknown;
  for (int i = 0; i < gpus.gpus; ++i) {
    bool is_known = gpus.gpu[i].address[0] == '\0';
    for (int j = 0; j < locality.gpus; ++j) is_known |= strcmp(gpus.gpu[i].address, locality.gpu[j].address) == 0;
    if (!is_known) unknown.push_back(gpus.gpu[i].address);
  }
  return unknown;
}

}  // namespace

Finding look_at_gpus(const Site& site) {
  std::vector<std::string> devices =
      paths_of(site, {"/dev/nvidiactl", "/dev/nvidia[0-9]*", "/dev/kfd", "/dev/dri/renderD*"});
  if (devices.empty()) return ok("none", "there is nothing to look at");
  std::string found = list_of(devices);
  const std::string driver = site.node.text("/proc/driver/nvidia/version");
  if (!driver.empty()) found += "; " + printable(driver.substr(0, driver.find('\n')));
  if (site.settings.gpu == Settings::Gpu::kNo) return ok(found, "containers have none of them (gpu=no)");
  if (site.settings.gpu == Settings::Gpu::kAll) return ok(found, "each container has all of them (gpu=all)");
  if (!site.slurm.path.empty() && !site.slurm.has("grestypes", "gpu")) {
    return warning(found, "Slurm grants nobody a GPU, so containers have none",
                   "set GresTypes=gpu in slurm.conf and name them in gres.conf, or set gpu=all in plugstack.conf");
  }
  return ok(found, "a step has those that Slurm grants it");
}

Finding look_at_cdi(const Site& site) {
  std::vector<std::string> directories;
  for (const char* directory : kCdiDirectories) directories.push_back(site.node.place_of(directory));
  constexpr char kMeans[] = "containers lack the devices that it describes";
  try {
    if (!has_cdi_specs(directories)) return ok("no specs in /etc/cdi or /var/run/cdi", "there is nothing to look at");
    const CdiRegistry registry = read_cdi_registry(directories);
    if (!registry.errors.empty()) return warning(registry.errors.front(), kMeans, "");
    if (!registry.conflicts.empty()) {
      const CdiConflict& conflict = registry.conflicts.front();
      return warning(printable(conflict.device) + " is defined twice, in " + conflict.files,
                     "nobody can have that device", "remove one of the two");
    }
    std::vector<std::string> files;
    for (const CdiSpec& spec : registry.specs) files.push_back(printable(spec.kind) + " in " + printable(spec.file));
    return ok(list_of(files), "for GPUs, and for what users ask for by --container-device");
  } catch (const Error& error) {
    return warning(error.what(), kMeans, "");
  }
}

// What it says is read here too, since a step whose topology cannot be read goes on without.
Finding look_at_topology(const Site& site) {
  const auto gpus = std::make_unique<gpu::Table>();
  gpu::find_gpus(site.node.place_of(""), *gpus);
  if (gpus->gpus < 2 || site.settings.gpu == Settings::Gpu::kNo) return ok("not needed", "there is nothing to order");
  constexpr char kMeans[] = "GPUs are not ordered by how near they are to a step's ranks";
  if (!site.node.exists(kTopologyProgram)) {
    return warning(std::string("no ") + kTopologyProgram, kMeans, "install Slipway as it was built with hwloc");
  }
  const std::string& file = site.settings.topology;
  if (file.empty()) {
    return ok("read for each step", "that takes 5 ms or more, the longer the more PCI devices there are; topology= saves it");
  }
  const std::string found = "topology=" + printable(file);
  const char* const remedy = "write it on this node with \"lstopo FILE\", as root";
  const auto status = site.node.status(file);
  if (!status) return warning(found + " is not there", kMeans, remedy);
  if (!(status->st_mode & S_IROTH)) {
    return warning(found + " cannot be read by everybody", kMeans, "set its mode to 0644");
  }
  try {
    const auto unknown = unknown_gpus(*gpus, topology::read_node(site.node.place_of(file))->locality);
    if (unknown.empty()) return ok(found, "it has this node's GPUs");
    return warning(found + " does not have " + list_of(unknown) + ": it is another node's", kMeans, remedy);
  } catch (const Error& error) {
    return warning(error.what(), kMeans, remedy);
  }
}

}  // namespace slipway::doctor
