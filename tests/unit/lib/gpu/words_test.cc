// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/words.h"

#include "tests/unit/made_up_gpus.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::gpu;
using topology::kAmd;
using topology::kIntel;
using topology::kNvidia;

TEST_GROUP(GpuVariablesOfARank) {
  GpuVariables variables;
  TablePointer node = nvidia_node(4);

  static std::string value(const char* name) { return getenv(name) ? getenv(name) : "(none)"; }
  void set(const std::vector<int>& seen, Mask visible) const {
    set_words(*node, list_of(seen), visible, words_of_slurm());
  }
  std::string cuda(const std::vector<int>& seen, Mask visible) const {
    set(seen, visible);
    return value("CUDA_VISIBLE_DEVICES");
  }
};

TEST(GpuVariablesOfARank, NumbersCountWhatIsVisible) {
  STRCMP_EQUAL("2,3", cuda({2, 3}, 0b1111).c_str());
  STRCMP_EQUAL("0,1", cuda({2, 3}, 0b1100).c_str());
  STRCMP_EQUAL("1", cuda({3}, 0b1010).c_str());
}

TEST(GpuVariablesOfARank, TheOrderIsThatOfTheRank) {
  STRCMP_EQUAL("3,0,2,1", cuda({3, 0, 2, 1}, 0b1111).c_str());
  STRCMP_EQUAL("1,0", cuda({3, 1}, 0b1010).c_str());
}

// A device cgroup keeps the others from the library.
TEST(GpuVariablesOfARank, InACgroupARankSeesItsOwnOnly) { STRCMP_EQUAL("0", cuda({2}, bit(2)).c_str()); }

TEST(GpuVariablesOfARank, NumbersAreByPciAddress) {
  set({0}, 0b1111);
  STRCMP_EQUAL("PCI_BUS_ID", value("CUDA_DEVICE_ORDER").c_str());
  STRCMP_EQUAL("(none)", value("ZE_ENABLE_PCI_ID_DEVICE_ORDER").c_str());
}

TEST(GpuVariablesOfARank, TheOtherVendorsGo) {
  variables.set_of_vendors("2,3");
  STRCMP_EQUAL("2,3", cuda({2, 3}, 0b1111).c_str());
  for (const char* name : {"ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK", "GPU_DEVICE_ORDINAL"}) {
    STRCMP_EQUAL("(none)", value(name).c_str());
  }
}

TEST(GpuVariablesOfARank, AmdAndIntelHaveTheirOwn) {
  variables.set_of_vendors("0,1");
  node = node_of_renderers(kAmd, 2);
  set({1, 0}, 0b11);
  STRCMP_EQUAL("1,0", value("ROCR_VISIBLE_DEVICES").c_str());
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "ZE_AFFINITY_MASK", "GPU_DEVICE_ORDINAL", "CUDA_DEVICE_ORDER"}) {
    STRCMP_EQUAL("(none)", value(name).c_str());
  }
  node = node_of_renderers(kIntel, 2);
  set({1}, 0b11);
  STRCMP_EQUAL("1", value("ZE_AFFINITY_MASK").c_str());
  STRCMP_EQUAL("1", value("ZE_ENABLE_PCI_ID_DEVICE_ORDER").c_str());
}

TEST(GpuVariablesOfARank, EachVendorCountsItsOwn) {
  node = nvidia_node(2);
  add_gpu(*node, "dri/renderD128", kAmd, 128);
  add_gpu(*node, "dri/renderD129", kAmd, 129);
  set({1, 3, 2}, 0b1110);
  STRCMP_EQUAL("0", value("CUDA_VISIBLE_DEVICES").c_str());
  STRCMP_EQUAL("1,0", value("ROCR_VISIBLE_DEVICES").c_str());
}

TEST(GpuVariablesOfARank, WhatTheUserChangedStays) {
  variables.set_of_vendors("0,1");
  const Words slurms = words_of_slurm();
  setenv("CUDA_VISIBLE_DEVICES", "1", 1);
  setenv("GPU_DEVICE_ORDINAL", "0", 1);
  set_words(*node, list_of({0, 1}), 0b11, slurms);
  STRCMP_EQUAL("1", value("CUDA_VISIBLE_DEVICES").c_str());
  STRCMP_EQUAL("0", value("GPU_DEVICE_ORDINAL").c_str());
  STRCMP_EQUAL("(none)", value("ROCR_VISIBLE_DEVICES").c_str());
  STRCMP_EQUAL("(none)", value("CUDA_DEVICE_ORDER").c_str());  // of which the user may think what they like
}

TEST(GpuVariablesOfARank, WhatTheUserAddedStays) {
  const Words slurms = words_of_slurm();
  setenv("CUDA_VISIBLE_DEVICES", "", 1);
  set_words(*node, list_of({0, 1}), 0b11, slurms);
  STRCMP_EQUAL("", value("CUDA_VISIBLE_DEVICES").c_str());
}

TEST(GpuVariablesOfARank, SixtyFourFit) {
  node = nvidia_node(64);
  std::vector<int> all;
  for (int i = 63; i >= 0; --i) all.push_back(i);
  STRCMP_EQUAL(text_of(list_of(all)).c_str(), cuda(all, ~Mask{0}).c_str());
}
