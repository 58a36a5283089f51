// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/table.h"

#include <cstring>

#include "tests/unit/made_up_gpus.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::gpu;
using topology::kAmd;
using topology::kNvidia;
using topology::Locality;

// A machine of two packages, whose second one has the GPUs with an even number. What was read has them in another
// order, and a device between them that is none of the table's.
TEST_GROUP(GpuTable) {
  TablePointer node = nvidia_node(4);
  std::unique_ptr<Locality> locality = std::make_unique<Locality>();

  void setup() override {
    Locality& read = node->locality;
    read.regions = 3;
    for (int i = 1; i < 3; ++i) {
      read.region[i].depth = 1;
      read.region[i].cpus.add(i);
    }
    for (const int gpu : {3, 2, 9, 1, 0}) {
      topology::Gpu& its = read.gpu[read.gpus++];
      snprintf(its.address, sizeof its.address, "0000:%02x:00.0", gpu & 15);
      its.vendor = kNvidia;
      its.region = gpu % 2 == 0 ? 2 : 1;
    }
    read.nics = 1;
    snprintf(read.nic[0].name, sizeof read.nic[0].name, "mlx5_0");
    for (int i = 0; i < 5; ++i) read.nic[0].to_gpu[i] = 10 + i;
  }
  // The region of each GPU.
  std::string regions() {
    memset(static_cast<void*>(locality.get()), 0xff, sizeof *locality);
    locality_of(*node, locality.get());
    LONGS_EQUAL(node->gpus, locality->gpus);
    std::string all;
    for (int i = 0; i < locality->gpus; ++i) all += std::to_string(locality->gpu[i].region);
    return all;
  }
  // Not only are they nowhere: nothing of what was read is believed.
  void check_unknown() {
    STRCMP_EQUAL("0000", regions().c_str());
    LONGS_EQUAL(1, locality->regions);
    LONGS_EQUAL(0, locality->nics);
    LONGS_EQUAL(0, locality->region[0].cpus.count());
    STRCMP_EQUAL("0000:03:00.0", locality->gpu[3].address);
  }
};

TEST(GpuTable, GpusAreFoundByAddress) {
  STRCMP_EQUAL("2121", regions().c_str());
  LONGS_EQUAL(3, locality->regions);
  LONGS_EQUAL(14, locality->nic[0].to_gpu[0]);
  LONGS_EQUAL(13, locality->nic[0].to_gpu[1]);
  LONGS_EQUAL(11, locality->nic[0].to_gpu[2]);
  LONGS_EQUAL(10, locality->nic[0].to_gpu[3]);
  LONGS_EQUAL(kNvidia, locality->gpu[0].vendor);
}

TEST(GpuTable, WithoutAddressesTheyAreInTheirVendorsOrder) {
  for (int i = 0; i < 4; ++i) node->gpu[i].address[0] = '\0';
  node->locality.gpu[1].vendor = kAmd;
  STRCMP_EQUAL("1112", regions().c_str());
}

TEST(GpuTable, WhatTheTopologyDoesNotKnowIsTheMachines) {
  strcpy(node->gpu[1].address, "0000:77:00.0");
  node->gpu[3].vendor = kAmd;
  STRCMP_EQUAL("2020", regions().c_str());
  LONGS_EQUAL(0, locality->nic[0].to_gpu[1]);
}

TEST(GpuTable, MoreGpusThanTheTopologyKnows) {
  for (int i = 0; i < 4; ++i) node->gpu[i].address[0] = '\0';
  node->locality.gpus = 2;
  STRCMP_EQUAL("1200", regions().c_str());
}

TEST(GpuTable, WithoutATopologyAllAreEquallyNear) {
  node->locality = Locality();
  check_unknown();
}

TEST(GpuTable, CountsThatDoNotFitAreNotBelieved) {
  const Locality sound = node->locality;
  for (int Locality::*const count : {&Locality::regions, &Locality::gpus, &Locality::nics}) {
    for (const int wild : {-1, 129, 1 << 30}) {
      node->locality = sound;
      node->locality.*count = wild;
      check_unknown();
    }
  }
  node->locality = sound;
  node->locality.gpus = topology::kMostGpus + 1;
  check_unknown();
  node->locality = sound;
  node->locality.nics = topology::kMostNics + 1;
  check_unknown();
}

TEST(GpuTable, RegionsThatAreNoTreeAreNotBelieved) {
  for (const int parent : {-1, 2, 3, 1 << 30}) {
    node->locality.region[2].parent = parent;
    check_unknown();
  }
}

// Else distances would be below 0.
TEST(GpuTable, DepthsThatAreNotTheTreesAreNotBelieved) {
  for (const int depth : {-1, 0, 2, 129}) {
    node->locality.region[2].depth = depth;
    check_unknown();
  }
  node->locality.region[2].depth = 1;
  node->locality.region[0].depth = 1;
  check_unknown();
}

TEST(GpuTable, PlacesThatAreNoRegionAreNotBelieved) {
  const Locality sound = node->locality;
  for (const int region : {-1, 3, 1 << 30}) {
    node->locality = sound;
    node->locality.gpu[4].region = region;
    check_unknown();
    node->locality = sound;
    node->locality.nic[0].region = region;
    check_unknown();
  }
}

TEST(GpuTable, TextsWithoutAnEndAreNotBelieved) {
  const Locality sound = node->locality;
  memset(node->locality.gpu[0].address, 'x', sizeof node->locality.gpu[0].address);
  check_unknown();
  node->locality = sound;
  memset(node->locality.nic[0].name, 'x', sizeof node->locality.nic[0].name);
  check_unknown();
}

TEST(GpuTable, AnyBytesCanBeRead) {
  for (int byte = 0; byte < 256; ++byte) {
    memset(static_cast<void*>(&node->locality), byte, sizeof node->locality);
    check_unknown();
  }
}

TEST(GpuTable, SixtyFourGpus) {
  node = nvidia_node(64);
  node->locality.regions = 1;
  node->locality.gpus = 64;
  for (int i = 0; i < 64; ++i) {
    node->locality.gpu[i].vendor = kNvidia;
    strcpy(node->locality.gpu[i].address, node->gpu[63 - i].address);
  }
  node->locality.nics = 64;
  for (int nic = 0; nic < 64; ++nic) {
    for (int gpu = 0; gpu < 64; ++gpu) node->locality.nic[nic].to_gpu[gpu] = gpu;
  }
  STRCMP_EQUAL(std::string(64, '0').c_str(), regions().c_str());
  LONGS_EQUAL(63, locality->nic[63].to_gpu[0]);
  LONGS_EQUAL(0, locality->nic[0].to_gpu[63]);
  CHECK_TRUE(all_of(*node) == ~Mask{0});
}
