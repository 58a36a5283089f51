// SPDX-License-Identifier: BSD-3-Clause

// What hwloc makes of machines. The DGX-2 is a real one's XML, with 16 GPUs, whose CPUs whoever wrote it cut to two of
// each package; AMD's and Intel's are written for these tests.
#include "lib/topology/hwloc_reader.h"

#include <string>

#include "lib/base/error.h"
#include "tests/unit/machines.h"
#include "tests/unit/temporary.h"
#include "tests/unit/topology_xml.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::topology;

TEST_GROUP(HwlocReader) {
  TemporaryDirectory directory;

  std::unique_ptr<Node> read(const std::string& xml) const { return read_node(directory.write("node.xml", xml)); }
  static std::string list(const CpuSet& cpus) {
    char text[1024];
    return cpus.write_list(text, sizeof text);
  }
  // Of each GPU, with a blank behind it.
  static std::string near(const Node& node) {
    std::string text;
    const Locality& locality = node.locality;
    for (int i = 0; i < locality.gpus; ++i) text += list(locality.region[locality.gpu[i].region].cpus) + " ";
    return text;
  }
  std::string complaint(const std::string& path) const {
    try {
      read_node(path);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  }
};

TEST(HwlocReader, AnAmdNodeAsFrontiers) {
  const auto node = read(amd_machine());
  LONGS_EQUAL(1, node->packages.size());
  LONGS_EQUAL(64, node->packages[0].cores.size());
  LONGS_EQUAL(4, node->packages[0].numa_nodes.size());
  STRCMP_EQUAL("48-63 48-63 16-31 16-31 0-15 0-15 32-47 32-47 ", near(*node).c_str());
  STRCMP_EQUAL("0000:c1:00.0", node->locality.gpu[0].address);
  LONGS_EQUAL(kAmd, node->locality.gpu[0].vendor);
  // The only package is no level besides the machine.
  LONGS_EQUAL(1, node->locality.region[node->locality.gpu[0].region].depth);
}

TEST(HwlocReader, ANicIsNearestToTheGpuBehindItsBridge) {
  const auto node = read(amd_machine());
  const Locality& locality = node->locality;
  LONGS_EQUAL(4, locality.nics);
  STRCMP_EQUAL("mlx5_0", locality.nic[0].name);
  STRCMP_EQUAL("0000:d6:00.0", locality.nic[0].address);
  const int* const to_gpu = locality.nic[0].to_gpu;  // GPU 5 shares a bridge, 4 the host bridge, others the machine
  LONGS_EQUAL(0, to_gpu[5]);
  LONGS_EQUAL(1, to_gpu[4]);
  CHECK(to_gpu[0] > 1);
  LONGS_EQUAL(to_gpu[0], to_gpu[7]);
}

TEST(HwlocReader, AnIntelNodeWithAConsole) {
  const auto node = read(intel_machine());
  STRCMP_EQUAL("0-7 0-7 0-7 8-15 8-15 8-15 ", near(*node).c_str());
  LONGS_EQUAL(kIntel, node->locality.gpu[0].vendor);
  CHECK_FALSE(node->locality.nic[0].is_down);
  CHECK_TRUE(node->locality.nic[1].is_down);
}

TEST(HwlocReader, ADgx2) {
  const auto node = dgx2();
  if (!node) return;
  STRCMP_EQUAL("NVIDIA DGX-2H", node->name.c_str());
  LONGS_EQUAL(2, node->packages.size());
  LONGS_EQUAL(16, node->locality.gpus);
  STRCMP_EQUAL("0000:34:00.0", node->locality.gpu[0].address);
  STRCMP_EQUAL("0000:e7:00.0", node->locality.gpu[15].address);
  STRCMP_EQUAL("Tesla V100-SXM3-32GB-H", node->gpu_models[15].c_str());
  STRCMP_EQUAL("0-1 0-1 0-1 0-1 0-1 0-1 0-1 0-1 24-25 24-25 24-25 24-25 24-25 24-25 24-25 24-25 ", near(*node).c_str());
  LONGS_EQUAL(3, node->locality.regions);
}

TEST(HwlocReader, ThisMachine) {
  const auto node = read_node();
  CHECK(!node->packages.empty() && !node->packages[0].cores.empty());
  CHECK(!node->name.empty());
}

TEST(HwlocReader, WhatIsNoTopologyIsToldWithItsName) {
  STRCMP_CONTAINS("/no/such.xml: read: No such file", complaint("/no/such.xml").c_str());
  const std::string path = directory.write("not.xml", "<html>\n");
  STRCMP_CONTAINS((path + ": ").c_str(), complaint(path).c_str());
  STRCMP_CONTAINS("lstopo", complaint(path).c_str());
}
