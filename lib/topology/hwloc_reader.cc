// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/hwloc_reader.h"

#include <hwloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

#include "lib/base/error.h"

namespace slipway::topology {

namespace {

using Topology = std::unique_ptr<hwloc_topology, decltype(&hwloc_topology_destroy)>;

// Runs on each CPU in turn, and gives nothing here.
constexpr char kNotNeeded[] = "x86";

Topology load(const std::string& xml) {
  // Plugins cost time and would run the GPUs' drivers; what Linux itself tells of PCI devices is enough.
  setenv("HWLOC_PLUGINS_PATH", "/dev/null", 1);
  hwloc_topology_t raw;
  if (hwloc_topology_init(&raw) != 0) throw system_error("hwloc", "hwloc_topology_init");
  Topology topology(raw, hwloc_topology_destroy);
  hwloc_topology_set_components(raw, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, kNotNeeded);
  hwloc_topology_set_cache_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_NONE);
  hwloc_topology_set_icache_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_NONE);
  hwloc_topology_set_io_types_filter(raw, HWLOC_TYPE_FILTER_KEEP_IMPORTANT);
  // Distances are those of the node, also where a cgroup leaves its reader few of the CPUs.
  hwloc_topology_set_flags(raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
  if (!xml.empty() && hwloc_topology_set_xml(raw, xml.c_str()) != 0) {
    throw system_error(printable(xml), "read", "name an XML file of hwloc's, as \"lstopo node.xml\" writes it");
  }
  if (hwloc_topology_load(raw) != 0) {
    if (xml.empty()) throw system_error("this node's topology", "hwloc_topology_load");
    throw Error(printable(xml), "is no topology that this hwloc reads",
                "write it with \"lstopo node.xml\" of hwloc 2 or newer");
  }
  return topology;
}

CpuSet cpus_of(hwloc_const_bitmap_t bitmap) {
  CpuSet cpus;
  if (!bitmap) return cpus;
  for (int cpu = hwloc_bitmap_first(bitmap); cpu >= 0 && cpu < kMostCpus; cpu = hwloc_bitmap_next(bitmap, cpu)) {
    cpus.add(cpu);
  }
  return cpus;
}

std::string info(hwloc_obj_t object, const char* name) {
  const char* const value = hwloc_obj_get_info_by_name(object, name);
  return value ? value : "";
}

[[noreturn]] void refuse_size(const char* what, int most) {
  throw Error("this node's topology", "has more than " + std::to_string(most) + " " + what,
              "report this to slipway's authors, with its lstopo");
}

// Regions, as they are needed: those of devices, and what they are in.
class Regions {
 public:
  Regions(hwloc_topology_t topology, Locality& locality) : topology_(topology), locality_(locality) {}

  int of(hwloc_obj_t device) { return of_normal(hwloc_get_non_io_ancestor_obj(topology_, device)); }

 private:
  int of_normal(hwloc_obj_t object) {
    const auto known = known_.find(object);
    if (known != known_.end()) return known->second;
    Region region;
    region.cpus = cpus_of(object->cpuset);
    if (object->parent) {
      region.parent = of_normal(object->parent);
      // The only package of a machine is no level of its own.
      const Region& parent = locality_.region[region.parent];
      if (parent.cpus == region.cpus) return known_[object] = region.parent;
      region.depth = parent.depth + 1;
    }
    if (locality_.regions == kMostRegions) refuse_size("places of devices", kMostRegions);
    locality_.region[locality_.regions] = region;
    return known_[object] = locality_.regions++;
  }

  const hwloc_topology_t topology_;
  Locality& locality_;
  std::map<hwloc_obj_t, int> known_;
};

bool is_gpu(hwloc_obj_t device) {
  const auto& pci = device->attr->pcidev;
  constexpr unsigned kVga = 0x0300, k3d = 0x0302, kOtherDisplay = 0x0380, kAccelerator = 0x1200;
  const bool is_one = pci.class_id == kVga || pci.class_id == k3d || pci.class_id == kOtherDisplay ||
                      pci.class_id == kAccelerator;
  // A server's console has a VGA adapter, too, of others.
  return is_one && (pci.vendor_id == kNvidia || pci.vendor_id == kAmd || pci.vendor_id == kIntel);
}

void write_address(hwloc_obj_t device, char (&address)[16]) {
  const auto& pci = device->attr->pcidev;
  snprintf(address, sizeof address, "%04x:%02x:%02x.%x", pci.domain & 0xffff, pci.bus, pci.dev, pci.func);
}

std::string model_of(hwloc_obj_t device) {
  for (hwloc_obj_t child = device->io_first_child; child; child = child->next_sibling) {
    if (const std::string model = info(child, "GPUModel"); !model.empty()) return model;
  }
  return info(device, "PCIDevice");
}

// Whether hwloc knows ports of it, and none is in state 4 ("ACTIVE").
bool is_down(hwloc_obj_t nic) {
  bool knows_port = false;
  for (int port = 1; port <= 4; ++port) {
    const std::string state = info(nic, ("Port" + std::to_string(port) + "State").c_str());
    if (state == "4") return false;
    knows_port = knows_port || !state.empty();
  }
  return knows_port;
}

hwloc_obj_t pci_device_of(hwloc_obj_t object) {
  while (object && object->type != HWLOC_OBJ_PCI_DEVICE) object = object->parent;
  return object;
}

std::vector<hwloc_obj_t> ancestors(hwloc_obj_t object) {  // from the machine
  std::vector<hwloc_obj_t> line;
  for (; object; object = object->parent) line.push_back(object);
  std::reverse(line.begin(), line.end());
  return line;
}

// How many objects both are in.
int common_depth(hwloc_obj_t one, hwloc_obj_t other) {
  const auto line = ancestors(one), other_line = ancestors(other);
  int depth = 0;
  const int most = static_cast<int>(std::min(line.size(), other_line.size()));
  while (depth < most && line[depth] == other_line[depth]) ++depth;
  return depth;
}

void read_devices(hwloc_topology_t topology, Node& node) {
  Locality& locality = node.locality;
  Regions regions(topology, locality);
  std::vector<hwloc_obj_t> gpus, nics;
  for (hwloc_obj_t device = nullptr; (device = hwloc_get_next_pcidev(topology, device));) {
    if (is_gpu(device)) gpus.push_back(device);
  }
  const auto place = [](hwloc_obj_t device) {
    const auto& pci = device->attr->pcidev;
    return std::tuple(pci.domain, pci.bus, pci.dev, pci.func);
  };
  std::sort(gpus.begin(), gpus.end(), [&](hwloc_obj_t a, hwloc_obj_t b) { return place(a) < place(b); });
  if (gpus.size() > kMostGpus) refuse_size("GPUs", kMostGpus);
  for (hwloc_obj_t device : gpus) {
    Gpu& gpu = locality.gpu[locality.gpus++];
    write_address(device, gpu.address);
    gpu.vendor = device->attr->pcidev.vendor_id;
    gpu.region = regions.of(device);
    node.gpu_models.push_back(model_of(device));
  }
  int deepest = 0;
  for (hwloc_obj_t device = nullptr; (device = hwloc_get_next_osdev(topology, device));) {
    if (device->attr->osdev.type != HWLOC_OBJ_OSDEV_OPENFABRICS || !device->name) continue;
    if (locality.nics == kMostNics) refuse_size("NICs", kMostNics);
    nics.push_back(device);
    Nic& nic = locality.nic[locality.nics++];
    snprintf(nic.name, sizeof nic.name, "%s", device->name);
    if (const hwloc_obj_t pci = pci_device_of(device)) write_address(pci, nic.address);
    nic.region = regions.of(device);
    nic.is_down = is_down(device);
    for (int i = 0; i < locality.gpus; ++i) deepest = std::max(deepest, common_depth(device, gpus[i]));
  }
  for (int n = 0; n < locality.nics; ++n) {
    for (int i = 0; i < locality.gpus; ++i) locality.nic[n].to_gpu[i] = deepest - common_depth(nics[n], gpus[i]);
  }
}

// The CPUs that the cgroup, and on this machine the affinity, of this process leave it.
CpuSet cpus_allowed(hwloc_topology_t topology) {
  const std::unique_ptr<hwloc_bitmap_s, decltype(&hwloc_bitmap_free)> bound(hwloc_bitmap_alloc(), hwloc_bitmap_free);
  const hwloc_const_bitmap_t allowed = hwloc_topology_get_allowed_cpuset(topology);
  const bool is_known = bound && hwloc_topology_is_thissystem(topology) &&
                        hwloc_get_cpubind(topology, bound.get(), HWLOC_CPUBIND_PROCESS) == 0;
  if (is_known) hwloc_bitmap_and(bound.get(), bound.get(), allowed);
  return cpus_of(is_known ? bound.get() : allowed);
}

Package read_package(hwloc_topology_t topology, hwloc_obj_t object, const CpuSet& allowed) {
  Package package;
  package.number = object->os_index == HWLOC_UNKNOWN_INDEX ? object->logical_index : object->os_index;
  package.cpus = cpus_of(object->cpuset);
  hwloc_obj_t last_core = nullptr;
  for (hwloc_obj_t cpu = nullptr;
       (cpu = hwloc_get_next_obj_inside_cpuset_by_type(topology, object->cpuset, HWLOC_OBJ_PU, cpu));) {
    if (!allowed.has(cpu->os_index)) continue;
    const hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, cpu);
    if (package.cores.empty() || !core || core != last_core) package.cores.emplace_back();
    package.cores.back().push_back(cpu->os_index);
    last_core = core;
  }
  for (hwloc_obj_t memory = nullptr; (memory = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, memory));) {
    if (hwloc_bitmap_iszero(memory->cpuset) || !hwloc_bitmap_isincluded(memory->cpuset, object->cpuset)) continue;
    package.numa_nodes.push_back({static_cast<int>(memory->os_index), cpus_of(memory->cpuset),
                                  memory->attr->numanode.local_memory});
  }
  return package;
}

std::string name_of(hwloc_obj_t machine, bool is_this) {
  std::string name = info(machine, "HostName");
  if (name.empty() && is_this) {
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    name = host;
  }
  return name.empty() ? info(machine, "DMIProductName") : name;
}

}  // namespace

std::unique_ptr<Node> read_node(const std::string& xml) {
  const Topology topology = load(xml);
  const hwloc_obj_t machine = hwloc_get_root_obj(topology.get());
  auto node = std::make_unique<Node>();
  node->name = name_of(machine, xml.empty());
  const CpuSet allowed = cpus_allowed(topology.get());
  const int packages = hwloc_get_nbobjs_by_type(topology.get(), HWLOC_OBJ_PACKAGE);
  for (int i = 0; i < packages; ++i) {
    const hwloc_obj_t package = hwloc_get_obj_by_type(topology.get(), HWLOC_OBJ_PACKAGE, i);
    node->packages.push_back(read_package(topology.get(), package, allowed));
  }
  if (packages <= 0) node->packages.push_back(read_package(topology.get(), machine, allowed));
  read_devices(topology.get(), *node);
  return node;
}

}  // namespace slipway::topology
