// SPDX-License-Identifier: BSD-3-Clause

// Machines for tests of topology: XML of hwloc's, as lstopo would have written it there.
#pragma once

#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

// Objects are written as they are opened; CPUs 0 to 63 only.
class TopologyXml {
 public:
  TopologyXml() : text_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE topology SYSTEM \"hwloc2.dtd\">\n"
                        "<topology version=\"2.0\">\n") {}

  // Any of Machine, Package, Group, Core: with CPUs of their own.
  TopologyXml& open(const std::string& type, uint64_t cpus, uint64_t numa_nodes) {
    const bool is_machine = type == "Machine";
    char text[600];
    snprintf(text, sizeof text,
             "<object type=\"%s\" %s cpuset=\"%s\" complete_cpuset=\"%s\" %s nodeset=\"%s\" complete_nodeset=\"%s\" %s "
             "gp_index=\"%d\">\n",
             type.c_str(), type == "Group" ? "kind=\"10\" subkind=\"0\"" : number(counts_[type]++).c_str(),
             set(cpus).c_str(), set(cpus).c_str(), is_machine ? ("allowed_cpuset=\"" + set(cpus) + "\"").c_str() : "",
             set(numa_nodes).c_str(), set(numa_nodes).c_str(),
             is_machine ? ("allowed_nodeset=\"" + set(numa_nodes) + "\"").c_str() : "", ++last_);
    text_ += text;
    return *this;
  }
  TopologyXml& close() {
    text_ += "</object>\n";
    return *this;
  }
  TopologyXml& numa(int node, uint64_t cpus) {
    char text[400];
    snprintf(text, sizeof text,
             "<object type=\"NUMANode\" os_index=\"%d\" cpuset=\"%s\" complete_cpuset=\"%s\" nodeset=\"%s\" "
             "complete_nodeset=\"%s\" gp_index=\"%d\" local_memory=\"137438953472\"/>\n",
             node, set(cpus).c_str(), set(cpus).c_str(), set(uint64_t{1} << node).c_str(),
             set(uint64_t{1} << node).c_str(), ++last_);
    text_ += text;
    return *this;
  }
  // One for each of these CPUs, each in a core of its own.
  TopologyXml& cores(uint64_t cpus, int node) {
    for (int cpu = 0; cpu < 64; ++cpu) {
      const uint64_t one = uint64_t{1} << cpu;
      if (!(cpus & one)) continue;
      open("Core", one, uint64_t{1} << node);
      char text[400];
      snprintf(text, sizeof text,
               "<object type=\"PU\" os_index=\"%d\" cpuset=\"%s\" complete_cpuset=\"%s\" nodeset=\"%s\" "
               "complete_nodeset=\"%s\" gp_index=\"%d\"/>\n",
               cpu, set(one).c_str(), set(one).c_str(), set(uint64_t{1} << node).c_str(),
               set(uint64_t{1} << node).c_str(), ++last_);
      text_ += text;
      close();
    }
    return *this;
  }
  // Of buses `first` to `last`; at depth 0 the host's, else one of PCI's with a bus id on `bus`.
  TopologyXml& bridge(int depth, int bus, int first, int last) {
    char text[400], address[100] = "";
    if (depth > 0) {
      snprintf(address, sizeof address, "pci_busid=\"0000:%02x:00.0\" pci_type=\"0604 [10b5:9781] [10b5:9781] b0\" "
               "pci_link_speed=\"15.75\"", bus);
    }
    snprintf(text, sizeof text,
             "<object type=\"Bridge\" gp_index=\"%d\" bridge_type=\"%d-1\" depth=\"%d\" "
             "bridge_pci=\"0000:[%02x-%02x]\" %s>\n",
             ++last_, depth > 0 ? 1 : 0, depth, first, last, address);
    text_ += text;
    return *this;
  }
  // On that bus; `type` as "0302 [10de:20b0]".
  TopologyXml& open_pci(int bus, const std::string& type) {
    char text[400];
    snprintf(text, sizeof text,
             "<object type=\"PCIDev\" gp_index=\"%d\" pci_busid=\"0000:%02x:00.0\" pci_type=\"%s [0000:0000] 00\" "
             "pci_link_speed=\"31.5\">\n", ++last_, bus, type.c_str());
    text_ += text;
    return *this;
  }
  TopologyXml& gpu(int bus, const std::string& type) { return open_pci(bus, type).close(); }
  TopologyXml& nic(int bus, const std::string& name, int port_state = 4) {
    open_pci(bus, "0207 [15b3:101b]");
    text_ += "<object type=\"OSDev\" gp_index=\"" + std::to_string(++last_) + "\" name=\"" + name +
             "\" osdev_type=\"3\">\n<info name=\"Port1State\" value=\"" + std::to_string(port_state) +
             "\"/>\n</object>\n";
    return close();
  }
  std::string text() const { return text_ + "</topology>\n"; }

 private:
  static std::string set(uint64_t bits) {
    char text[40];
    snprintf(text, sizeof text, "0x%08x,0x%08x", static_cast<unsigned>(bits >> 32), static_cast<unsigned>(bits));
    return text;
  }
  static std::string number(int index) { return "os_index=\"" + std::to_string(index) + "\""; }

  std::string text_;
  std::map<std::string, int> counts_;
  int last_ = 0;
};

// Four NUMA nodes of 16 cores in one package, two GCDs of an MI250X and a NIC each, wired as on Frontier: numbered by
// PCI address, GCDs are near to NUMA nodes 3, 1, 0, 2.
inline std::string amd_machine() {
  TopologyXml xml;
  xml.open("Machine", ~uint64_t{0}, 0xf).open("Package", ~uint64_t{0}, 0xf);
  constexpr int kFirstBus[] = {0xd1, 0xc9, 0xd9, 0xc1};  // GPUs 4 and 5, 2 and 3, 6 and 7, 0 and 1
  for (int node = 0; node < 4; ++node) {
    const uint64_t cpus = uint64_t{0xffff} << node * 16;
    const int bus = kFirstBus[node];
    xml.open("Group", cpus, uint64_t{1} << node).numa(node, cpus).cores(cpus, node);
    xml.bridge(0, 0, bus - 1, bus + 7);
    xml.bridge(1, bus - 1, bus, bus).gpu(bus, "0380 [1002:7408]").close();
    xml.bridge(1, bus + 2, bus + 3, bus + 5).gpu(bus + 3, "0380 [1002:7408]");
    xml.nic(bus + 5, "mlx5_" + std::to_string(node)).close();
    xml.close().close();
  }
  return xml.close().close().text();
}

// Two packages of 8 cores, each with a NUMA node, three GPUs of Intel's and a NIC. The first has the console's adapter,
// too, and the second's NIC has no cable.
inline std::string intel_machine() {
  TopologyXml xml;
  xml.open("Machine", 0xffff, 0x3);
  for (int node = 0; node < 2; ++node) {
    const uint64_t cpus = uint64_t{0xff} << node * 8;
    const int bus = node == 0 ? 0x18 : 0x9a;
    xml.open("Package", cpus, uint64_t{1} << node).numa(node, cpus).cores(cpus, node);
    xml.bridge(0, 0, bus, bus + 0x20);
    if (node == 0) xml.gpu(bus, "0300 [1a03:2000]");
    for (int i = 0; i < 3; ++i) xml.gpu(bus + 1 + i, "0380 [8086:0bd5]");
    xml.nic(bus + 8, "mlx5_" + std::to_string(node), node == 0 ? 4 : 1);
    xml.close().close();
  }
  return xml.close().text();
}
