// SPDX-License-Identifier: BSD-3-Clause

// All ways of binding on whole machines, for the CPUs that srun --cpu-bind gives ranks, beside the optimum found in
// other ways.
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "lib/topology/gpu_binding.h"
#include "lib/topology/nic_binding.h"
#include "lib/topology/srun_layout.h"
#include "tests/unit/machines.h"
#include "tests/unit/optimum.h"
#include "tests/unit/temporary.h"
#include "tests/unit/topology_xml.h"

#include <CppUTest/TestHarness.h>

using namespace slipway::topology;

namespace {

constexpr int kRanks[] = {1, 2, 4, 8, 16, 32, 48};

std::vector<int> all_cpus(const Node& node) {
  std::vector<int> all;
  for (const Package& package : node.packages) {
    for (const auto& core : package.cores) all.insert(all.end(), core.begin(), core.end());
  }
  return all;
}

// By what srun would have been told.
std::map<std::string, std::vector<CpuSet>> layouts(const Node& node, int ranks) {
  const std::vector<int> all = all_cpus(node);
  const int count = static_cast<int>(all.size());
  std::map<std::string, std::vector<CpuSet>> layouts;
  const int each = cpus_for_each(node, ranks);
  layouts["-m block:block"] = lay_out(node, ranks, each, Distribution::kBlock);
  layouts["-m block:cyclic"] = lay_out(node, ranks, each, Distribution::kCyclic);
  layouts["-c1 -m block:cyclic"] = lay_out(node, ranks, 1, Distribution::kCyclic);
  for (const char* name : {"-m block:fcyclic", "none", "unknown", "map_cpu", "rank", "sockets", "uneven"}) {
    layouts[name].resize(ranks);
  }
  for (int rank = 0; rank < ranks; ++rank) {
    for (int i = 0; i < each; ++i) layouts["-m block:fcyclic"][rank].add(all[(rank + i * count / 2) % count]);
    for (const int cpu : all) layouts["none"][rank].add(cpu);
    layouts["map_cpu"][rank].add(all[(rank * 7 + 3) % count]);
    layouts["rank"][rank].add(all[rank % count]);
    layouts["sockets"][rank].add(node.packages[(rank + 1) % node.packages.size()].cpus);
    for (int i = 0; i <= rank % 3; ++i) layouts["uneven"][rank].add(all[(rank * 5 + i * count / 3) % count]);
  }
  return layouts;
}

// As locality.h has it, CPU by CPU.
int away(const Locality& locality, const CpuSet& cpus, int gpu) {
  int deepest = 0, number = 0;
  for (int i = 0; i < locality.gpus; ++i) deepest = std::max(deepest, locality.region[locality.gpu[i].region].depth);
  for (int i = 0; i < locality.nics; ++i) deepest = std::max(deepest, locality.region[locality.nic[i].region].depth);
  double levels = 0;
  for (int cpu = 0; cpu < kMostCpus; ++cpu) {
    if (!cpus.has(cpu)) continue;
    int region = locality.gpu[gpu].region;
    while (!locality.region[region].cpus.has(cpu)) region = locality.region[region].parent;
    levels += deepest - locality.region[region].depth;
    ++number;
  }
  return number ? static_cast<int>(levels * kLevel / number + 0.5) : 0;
}

std::string text(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += std::to_string(number) + " ";
  return text;
}

std::vector<int> numbers(const GpuList& list) { return {list.gpu, list.gpu + list.count}; }

}  // namespace

TEST_GROUP(Binding) {
  TemporaryDirectory directory;

  std::unique_ptr<Node> written(const std::string& xml) const { return read_node(directory.write("node.xml", xml)); }

  static std::vector<GpuList> bind(const Locality& locality, const std::vector<CpuSet>& cpus, GpuBind mode,
                                   const std::vector<int>& granted) {
    Step step{static_cast<int>(cpus.size()), cpus.data(), {}};
    for (const int gpu : granted) step.granted.add(gpu);
    std::vector<GpuList> seen(cpus.size());
    CHECK_TRUE(bind_gpus(locality, step, mode, seen.data()));
    return seen;
  }

  static void check_order(const Locality& locality, const std::vector<CpuSet>& cpus, const std::vector<int>& granted) {
    const std::vector<GpuList> seen = bind(locality, cpus, GpuBind::kOrder, granted);
    const int count = static_cast<int>(granted.size());
    std::vector<int> cost(count * count, 0);
    for (size_t rank = 0; rank < cpus.size(); ++rank) {
      for (int i = 0; i < count; ++i) cost[rank % count * count + i] += away(locality, cpus[rank], granted[i]);
    }
    const Optimum optimum{cost, count, count};
    std::vector<int> order;  // in places of `granted`
    for (const int gpu : numbers(seen[0])) {
      order.push_back(static_cast<int>(std::find(granted.begin(), granted.end(), gpu) - granted.begin()));
    }
    LONGS_EQUAL(count, order.size());
    CHECK_TRUE(optimum.is_even(order));  // each once
    CHECK_TRUE(optimum.is_cheapest(order));
    for (const GpuList& list : seen) STRCMP_EQUAL(text(numbers(seen[0])).c_str(), text(numbers(list)).c_str());
    if (count > 6) return;
    std::vector<int> way(count), best;
    std::iota(way.begin(), way.end(), 0);
    do {
      if (best.empty() || optimum.sum(way) < optimum.sum(best)) best = way;
    } while (std::next_permutation(way.begin(), way.end()));
    STRCMP_EQUAL(text(best).c_str(), text(order).c_str());
  }

  static void check_closest(const Locality& locality, const std::vector<CpuSet>& cpus,
                            const std::vector<int>& granted) {
    const std::vector<GpuList> seen = bind(locality, cpus, GpuBind::kClosest, granted);
    const int ranks = static_cast<int>(cpus.size()), gpus = static_cast<int>(granted.size());
    const bool is_shared = ranks > gpus;
    const int things = is_shared ? ranks : gpus, takers = is_shared ? gpus : ranks;
    std::vector<int> cost(ranks * gpus), taker_of(things, -1);
    for (int rank = 0; rank < ranks; ++rank) {
      for (int i = 0; i < gpus; ++i) {
        const int thing = is_shared ? rank : i, taker = is_shared ? i : rank;
        cost[thing * takers + taker] = away(locality, cpus[rank], granted[i]);
        for (const int gpu : numbers(seen[rank])) {
          if (gpu != granted[i]) continue;
          LONGS_EQUAL(-1, taker_of[thing]);  // a rank has one of shared GPUs, a GPU one rank
          taker_of[thing] = taker;
        }
      }
    }
    for (const int taker : taker_of) CHECK(taker >= 0);
    const Optimum optimum{cost, things, takers};
    CHECK_TRUE(optimum.is_even(taker_of));
    CHECK_TRUE(optimum.is_cheapest(taker_of));
    if (things <= 6) STRCMP_EQUAL(text(optimum.by_trying_all()).c_str(), text(taker_of).c_str());
  }

  static void check_all(const Node& node) {
    std::vector<int> all(node.locality.gpus), some;
    std::iota(all.begin(), all.end(), 0);
    for (const int gpu : all) {
      if (gpu % 3 != 1) some.push_back(gpu);
    }
    const std::vector<int> few = {all.back(), 0, 2};  // as Slurm may have them, too
    for (const int ranks : kRanks) {
      for (const auto& [name, cpus] : layouts(node, ranks)) {
        for (const std::vector<int>& granted : {all, some, few}) {
          check_order(node.locality, cpus, granted);
          check_closest(node.locality, cpus, granted);
          for (const GpuList& list : bind(node.locality, cpus, GpuBind::kNone, granted)) {
            STRCMP_EQUAL(text(granted).c_str(), text(numbers(list)).c_str());
          }
          const bool says_nothing = name == "none" || name == "unknown";
          if (!says_nothing) continue;
          const auto seen = bind(node.locality, cpus, GpuBind::kOrder, granted);
          STRCMP_EQUAL(text(granted).c_str(), text(numbers(seen[0])).c_str());
        }
      }
    }
  }
};

TEST(Binding, OnADgx2) {
  const auto node = dgx2();
  if (node) check_all(*node);
}

TEST(Binding, OnADgx2WithAllItsCpus) {
  const auto node = whole_dgx2();
  if (node) check_all(*node);
}

TEST(Binding, OnAnAmdNode) { check_all(*written(amd_machine())); }

TEST(Binding, OnAnIntelNode) { check_all(*written(intel_machine())); }

TEST(Binding, EightRanksOnADgx2) {
  const auto node = whole_dgx2();
  if (!node) return;
  std::vector<int> all(16);
  std::iota(all.begin(), all.end(), 0);
  const auto cyclic = lay_out(*node, 8, 12, Distribution::kCyclic);
  STRCMP_EQUAL("0 8 1 9 2 10 3 11 4 5 6 7 12 13 14 15 ",
               text(numbers(bind(node->locality, cyclic, GpuBind::kOrder, all)[0])).c_str());
  const auto closest = bind(node->locality, cyclic, GpuBind::kClosest, all);
  STRCMP_EQUAL("0 1 ", text(numbers(closest[0])).c_str());
  STRCMP_EQUAL("8 9 ", text(numbers(closest[1])).c_str());
  STRCMP_EQUAL("14 15 ", text(numbers(closest[7])).c_str());
}

// What the site's manual makes users write by hand.
TEST(Binding, FrontiersEightRanksGetTheGcdsOfTheirNumaNodes) {
  const auto node = written(amd_machine());
  std::vector<int> all(8);
  std::iota(all.begin(), all.end(), 0);
  const auto ranks = lay_out(*node, 8, 8, Distribution::kBlock);
  const auto seen = bind(node->locality, ranks, GpuBind::kOrder, all);
  STRCMP_EQUAL("4 5 2 3 6 7 0 1 ", text(numbers(seen[0])).c_str());
  const auto nic_of = [&](int rank) {
    const NicList near = nearest_nics(node->locality, ranks[rank], own_gpus(seen[rank], GpuBind::kOrder, rank));
    LONGS_EQUAL(1, near.count);
    return node->locality.nic[near.nic[0]].name;
  };
  STRCMP_EQUAL("mlx5_0", nic_of(0));
  STRCMP_EQUAL("mlx5_0", nic_of(1));
  STRCMP_EQUAL("mlx5_3", nic_of(7));
}
