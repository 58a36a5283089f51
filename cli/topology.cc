// SPDX-License-Identifier: BSD-3-Clause

// slipway topology: a node's GPUs and NICs, and which of them the ranks of a step would get.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/topology_plan.h"
#include "cli/topology_svg.h"
#include "cli/usage.h"
#include "lib/base/error.h"
#include "lib/topology/hwloc_reader.h"
#include "lib/topology/rank_line.h"
#include "lib/topology/srun_layout.h"

namespace slipway {

namespace {

using namespace topology;
using nlohmann::json;

struct Words {
  int ranks = 0;  // 0: one for each GPU, or one
  int cpus_per_rank = 0;  // 0: all that there are
  GpuBind bind = GpuBind::kOrder;
  Distribution distribution = Distribution::kCyclic;
  bool as_json = false;
  std::string xml, svg;
};

int number_of(const std::string& option, const std::string& text, int most) {
  char* end;
  const long number = strtol(text.c_str(), &end, 10);
  if (text.empty() || *end || number < 1 || number > most) {
    throw UsageError("topology: " + option + " is a number from 1 to " + std::to_string(most) + ", not " +
                     printable(text));
  }
  return static_cast<int>(number);
}

Words understand(const std::vector<std::string>& all_words) {
  const Arguments arguments("topology", all_words);
  if (!arguments.operands().empty()) throw unknown_word("topology", arguments.operands()[0]);
  Words words;
  words.as_json = arguments.has("--json");
  words.xml = arguments.value_of("--xml").value_or("");
  words.svg = arguments.value_of("--svg").value_or("");
  if (const auto ranks = arguments.value_of("--ranks")) words.ranks = number_of("--ranks", *ranks, kMostRanks);
  if (const auto cpus = arguments.value_of("--cpus-per-rank")) {
    words.cpus_per_rank = number_of("--cpus-per-rank", *cpus, kMostCpus);
  }
  const auto bind = arguments.value_of("--gpu-bind"), distribution = arguments.value_of("--distribution");
  if (bind && !read_gpu_bind(bind->c_str(), &words.bind)) {
    throw UsageError("topology: --gpu-bind is order, closest or none, not " + printable(*bind));
  }
  if (distribution && distribution != "block:block" && distribution != "block:cyclic") {
    throw UsageError("topology: --distribution is block:block or block:cyclic, not " + printable(*distribution));
  }
  if (distribution == "block:block") words.distribution = Distribution::kBlock;
  return words;
}

std::string count_of(int number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

std::string layout_in_words(int ranks, int cpus_per_rank, const std::vector<CpuSet>& cpus, Distribution distribution) {
  CpuSet all;
  for (const CpuSet& of_rank : cpus) all.add(of_rank);
  const std::string they_have = all.count() < ranks ? " that share " + count_of(all.count(), "CPU")
                                                    : " of " + count_of(cpus_per_rank, "CPU");
  const char* const word = distribution == Distribution::kBlock ? "block:block" : "block:cyclic";
  return count_of(ranks, "rank") + they_have + ", --distribution=" + word;
}

TopologyPlan plan_for(const Words& words) {
  TopologyPlan plan;
  plan.node = read_node(words.xml);
  plan.bind = words.bind;
  const Locality& locality = plan.node->locality;
  const int ranks = words.ranks > 0 ? words.ranks : std::max(1, locality.gpus);
  const int cpus_per_rank = words.cpus_per_rank > 0 ? words.cpus_per_rank : cpus_for_each(*plan.node, ranks);
  const std::vector<CpuSet> cpus = lay_out(*plan.node, ranks, cpus_per_rank, words.distribution);
  plan.layout = layout_in_words(ranks, cpus_per_rank, cpus, words.distribution);
  Step step{ranks, cpus.data(), {}};
  for (int i = 0; i < locality.gpus; ++i) step.granted.add(i);
  std::vector<GpuList> seen(ranks);
  bind_gpus(locality, step, words.bind, seen.data());
  for (int rank = 0; rank < ranks; ++rank) {
    const GpuList own = own_gpus(seen[rank], words.bind, rank);
    plan.ranks.push_back({cpus[rank], seen[rank], own, nearest_nics(locality, cpus[rank], own)});
  }
  return plan;
}

std::string address_of(const char* address) { return *address ? address : "no PCI device"; }

void print(const TopologyPlan& plan) {
  const Node& node = *plan.node;
  const Locality& locality = node.locality;
  int cpus = 0, numa_nodes = 0;
  for (const Package& package : node.packages) {
    cpus += package.cpus.count();
    numa_nodes += static_cast<int>(package.numa_nodes.size());
  }
  printf("node%s: %s, %s, %s, %s, %s\n", node.name.empty() ? "" : (" " + printable(node.name)).c_str(),
         count_of(static_cast<int>(node.packages.size()), "package").c_str(), count_of(numa_nodes, "NUMA node").c_str(),
         count_of(cpus, "CPU").c_str(), count_of(locality.gpus, "GPU").c_str(), count_of(locality.nics, "NIC").c_str());
  for (int i = 0; i < locality.gpus; ++i) {
    const Gpu& gpu = locality.gpu[i];
    const std::string model = node.gpu_models[i].empty() ? "" : " " + printable(node.gpu_models[i]);
    printf("gpu %d: %s %s%s, near cpus %s\n", i, address_of(gpu.address).c_str(), vendor_name(gpu.vendor).c_str(),
           model.c_str(), list_of(locality.region[gpu.region].cpus).c_str());
  }
  for (int i = 0; i < locality.nics; ++i) {
    const Nic& nic = locality.nic[i];
    printf("nic %s: %s, near cpus %s%s\n", printable(nic.name).c_str(), address_of(nic.address).c_str(),
           list_of(locality.region[nic.region].cpus).c_str(), nic.is_down ? ", its ports are down" : "");
  }
  printf("step: %s; --container-gpu-bind=%s\n", plan.layout.c_str(), word_of(plan.bind));
  for (size_t rank = 0; rank < plan.ranks.size(); ++rank) printf("%s\n", printable(line_of(plan, rank)).c_str());
}

json gpus_of(const GpuList& list) {
  json gpus = json::array();
  for (int i = 0; i < list.count; ++i) gpus.push_back(list.gpu[i]);
  return gpus;
}

json json_of(const TopologyPlan& plan) {
  const Node& node = *plan.node;
  const Locality& locality = node.locality;
  json packages = json::array(), gpus = json::array(), nics = json::array(), ranks = json::array();
  for (const Package& package : node.packages) {
    json numa_nodes = json::array();
    for (const NumaNode& numa : package.numa_nodes) {
      numa_nodes.push_back({{"numa_node", numa.number}, {"cpus", list_of(numa.cpus)}, {"bytes", numa.memory}});
    }
    packages.push_back({{"package", package.number}, {"cpus", list_of(package.cpus)}, {"numa_nodes", numa_nodes}});
  }
  for (int i = 0; i < locality.gpus; ++i) {
    const Gpu& gpu = locality.gpu[i];
    gpus.push_back({{"gpu", i},
                    {"pci", gpu.address},
                    {"vendor", vendor_name(gpu.vendor)},
                    {"model", printable(node.gpu_models[i])},
                    {"cpus", list_of(locality.region[gpu.region].cpus)}});
  }
  for (int i = 0; i < locality.nics; ++i) {
    const Nic& nic = locality.nic[i];
    nics.push_back({{"nic", printable(nic.name)},
                    {"pci", nic.address},
                    {"down", nic.is_down},
                    {"cpus", list_of(locality.region[nic.region].cpus)}});
  }
  for (size_t rank = 0; rank < plan.ranks.size(); ++rank) {
    const RankPlan& its = plan.ranks[rank];
    json near = json::array();
    for (int i = 0; i < its.nics.count; ++i) near.push_back(printable(locality.nic[its.nics.nic[i]].name));
    ranks.push_back({{"rank", rank},
                     {"cpus", list_of(its.cpus)},
                     {"gpus", gpus_of(its.seen)},
                     {"own_gpus", gpus_of(its.own)},
                     {"nearest_nics", near},
                     {"levels_away", double(distance_to_own(locality, its.cpus, its.own)) / kLevel}});
  }
  return {{"node", printable(node.name)}, {"packages", packages}, {"gpus", gpus}, {"nics", nics},
          {"gpu_bind", word_of(plan.bind)}, {"layout", plan.layout}, {"ranks", ranks}};
}

void write_svg(const TopologyPlan& plan, const std::string& path) {
  std::ofstream file(path);
  file << svg_of(plan);
  file.close();
  if (!file) throw system_error(printable(path), "write");
}

}  // namespace

int topology_command(const std::vector<std::string>& all_words) {
  const Words words = understand(all_words);
  const TopologyPlan plan = plan_for(words);
  if (!words.svg.empty()) write_svg(plan, words.svg);
  if (words.as_json) printf("%s\n", json_of(plan).dump(2).c_str());
  else print(plan);
  return 0;
}

}  // namespace slipway
