// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/srun_layout.h"

#include <algorithm>
#include <deque>
#include <string>

#include "lib/base/error.h"

namespace slipway::topology {

namespace {

using Cpus = std::deque<int>;  // of one package, in the order in which they are given away

std::vector<Cpus> cpus_of(const Node& node) {
  std::vector<Cpus> packages;
  for (const Package& package : node.packages) {
    Cpus cpus;
    for (const std::vector<int>& core : package.cores) cpus.insert(cpus.end(), core.begin(), core.end());
    if (!cpus.empty()) packages.push_back(cpus);
  }
  return packages;
}

int count(const std::vector<Cpus>& packages) {
  size_t all = 0;
  for (const Cpus& cpus : packages) all += cpus.size();
  return static_cast<int>(all);
}

// From this package on, whichever has some.
CpuSet take(std::vector<Cpus>& packages, size_t from, int number) {
  CpuSet taken;
  while (number > 0) {
    Cpus& cpus = packages[from++ % packages.size()];
    for (; number > 0 && !cpus.empty(); --number, cpus.pop_front()) taken.add(cpus.front());
  }
  return taken;
}

std::vector<CpuSet> share_cpus(const std::vector<Cpus>& packages, int ranks, Distribution distribution) {
  Cpus all;
  for (const Cpus& cpus : packages) all.insert(all.end(), cpus.begin(), cpus.end());
  std::vector<CpuSet> of_rank(ranks);
  for (int rank = 0; rank < ranks; ++rank) {
    const Cpus& cpus = packages[rank % packages.size()];
    of_rank[rank].add(distribution == Distribution::kBlock ? all[rank * all.size() / ranks]
                                                           : cpus[rank / packages.size() % cpus.size()]);
  }
  return of_rank;
}

}  // namespace

int cpus_for_each(const Node& node, int ranks) {
  const int each = std::max(1, count(cpus_of(node)) / ranks);
  size_t threads = 1;
  for (const Package& package : node.packages) {
    for (const std::vector<int>& core : package.cores) threads = std::max(threads, core.size());
  }
  return each < static_cast<int>(threads) ? each : each - each % static_cast<int>(threads);
}

std::vector<CpuSet> lay_out(const Node& node, int ranks, int cpus_per_rank, Distribution distribution) {
  std::vector<Cpus> packages = cpus_of(node);
  const int all = count(packages);
  if (all == 0) throw Error("this node's topology", "has no CPU that may be used");
  if (cpus_per_rank == 1 && ranks > all) return share_cpus(packages, ranks, distribution);
  if (int64_t{ranks} * cpus_per_rank > all) {
    throw Error(std::to_string(ranks) + " ranks of " + std::to_string(cpus_per_rank) + " CPUs",
                "the node has " + std::to_string(all) + (all == 1 ? " CPU" : " CPUs") + " that may be used",
                "ask for fewer");
  }
  std::vector<CpuSet> of_rank;
  size_t next = 0;
  for (int rank = 0; rank < ranks; ++rank) {
    const auto has_enough = [&](size_t at) { return packages[at % packages.size()].size() >= size_t(cpus_per_rank); };
    size_t from = next;
    while (from < next + packages.size() && !has_enough(from)) ++from;
    if (from == next + packages.size()) from = next;
    of_rank.push_back(take(packages, from, cpus_per_rank));
    next = distribution == Distribution::kBlock ? from : from + 1;
  }
  return of_rank;
}

}  // namespace slipway::topology
