// SPDX-License-Identifier: BSD-3-Clause

// The variables are those that Slurm 22.05 was seen to set, but for the last ones; the nodes are made up.
#include "lib/gpu/grant.h"

#include "tests/unit/made_up_gpus.h"

#include <CppUTest/TestHarness.h>

using namespace slipway;
using namespace slipway::gpu;
using topology::kAmd;
using topology::kIntel;
using topology::kNvidia;

TEST_GROUP(GpuGrant) {
  GpuVariables variables;
  TablePointer node = nvidia_node(4);

  // As Slurm gives a step its numbers, and those of all vendors; nullptr: it sets none.
  void slurm_sets(const char* step_gpus, const char* of_vendors, const char* on_node) const {
    variables.clear();
    if (step_gpus) setenv("SLURM_STEP_GPUS", step_gpus, 1);
    if (of_vendors) variables.set_of_vendors(of_vendors);
    if (on_node) setenv("SLURM_GPUS_ON_NODE", on_node, 1);
  }
  // "0,1 bound constrained": what was granted, and what is said of it.
  std::string grant(Mask open, bool is_batch = false) const {
    const Grant grant = read_grant(*node, open, is_batch);
    std::string text = text_of(grant.gpus);
    if (grant.is_bound) text += " bound";
    if (grant.keeps_words) text += " words";
    if (grant.is_constrained) text += " constrained";
    if (grant.missing >= 0) text += " without " + std::to_string(grant.missing);
    return text;
  }
  std::string grant() const { return grant(all_of(*node)); }
  std::string grant_of_step(const char* step_gpus) const {
    slurm_sets(step_gpus, step_gpus, "4");
    return grant();
  }
};

TEST(GpuGrant, WithoutCgroupsTheNumbersAreTheNodes) {
  slurm_sets("0,1", "0,1", "2");
  STRCMP_EQUAL("0,1", grant().c_str());
  slurm_sets("2,3", "2,3", "2");
  STRCMP_EQUAL("2,3", grant().c_str());
}

TEST(GpuGrant, LessThanTheStepsIsTheRanksOwn) {
  slurm_sets("1", "1", "2");  // --gpus-per-task=1
  STRCMP_EQUAL("1 bound", grant().c_str());
  slurm_sets("2", "2", "3");  // --gpu-bind=map_gpu:2,0
  STRCMP_EQUAL("2 bound", grant().c_str());
  slurm_sets("0", "0", "3");
  STRCMP_EQUAL("0 bound", grant().c_str());
}

TEST(GpuGrant, WithCgroupsTheVendorsNumbersCountWhatIsOpen) {
  slurm_sets("2,3", "0,1", "2");
  STRCMP_EQUAL("2,3 constrained", grant(bit(2) | bit(3)).c_str());
  slurm_sets("1,3", "1", nullptr);  // of two that are open the second
  STRCMP_EQUAL("3 constrained", grant(bit(1) | bit(3)).c_str());
}

TEST(GpuGrant, WithCgroupsEvenTheStepsNumbersMayCountWhatIsOpen) {
  slurm_sets("0", "0", "3");  // --gpu-bind=map_gpu:2,1: the same in both ranks
  STRCMP_EQUAL("2 bound constrained", grant(bit(2)).c_str());
  STRCMP_EQUAL("1 bound constrained", grant(bit(1)).c_str());
}

TEST(GpuGrant, WithCgroupsWhatIsOpenIsGrantedWhereNoVariableSaysMore) {
  slurm_sets("0,1", nullptr, "2");
  STRCMP_EQUAL("0,3 constrained", grant(bit(0) | bit(3)).c_str());
}

TEST(GpuGrant, ThatAllIsOpenIsNoConstraint) {
  slurm_sets("0,1,2,3", "0,1,2,3", "4");
  STRCMP_EQUAL("0,1,2,3", grant().c_str());
}

TEST(GpuGrant, TheBatchScriptHasTheJobs) {
  slurm_sets(nullptr, "0,1,2", "3");
  setenv("SLURM_JOB_GPUS", "0,1,2", 1);
  STRCMP_EQUAL("0,1,2", grant(all_of(*node), true).c_str());
  setenv("CUDA_VISIBLE_DEVICES", "3", 1);  // one that counts in another way
  STRCMP_EQUAL("0,1,2", grant(all_of(*node), true).c_str());
  setenv("SLURM_STEP_GPUS", "3", 1);  // of the step in whose shell the user called sbatch
  STRCMP_EQUAL("0,1,2", grant(all_of(*node), true).c_str());
}

TEST(GpuGrant, AStepDoesNotHaveTheJobs) {
  slurm_sets(nullptr, nullptr, nullptr);
  setenv("SLURM_JOB_GPUS", "0,1,2", 1);
  STRCMP_EQUAL(" bound", grant().c_str());
}

TEST(GpuGrant, AStepMayHaveNone) {
  slurm_sets(nullptr, nullptr, nullptr);
  STRCMP_EQUAL(" bound", grant().c_str());
  STRCMP_EQUAL(" bound constrained", grant(0).c_str());
  slurm_sets("", "", "0");
  STRCMP_EQUAL(" bound", grant().c_str());
  slurm_sets("NoDevFiles", "NoDevFiles", nullptr);
  STRCMP_EQUAL(" bound", grant().c_str());
}

TEST(GpuGrant, NumbersKeepTheirOrderAndMayBeRanges) {
  STRCMP_EQUAL("0 bound", grant_of_step("0").c_str());
  STRCMP_EQUAL("1,0 bound", grant_of_step("1,0").c_str());
  STRCMP_EQUAL("0,1,2 bound", grant_of_step("0-2").c_str());
  STRCMP_EQUAL("3,0,1 bound", grant_of_step("3,0-1").c_str());
  STRCMP_EQUAL("2,1 bound", grant_of_step("2:1").c_str());
  STRCMP_EQUAL("2,1 bound", grant_of_step("2,2,1,2").c_str());  // each once
}

TEST(GpuGrant, UuidsStayAsTheyAre) {
  setenv("CUDA_VISIBLE_DEVICES", "GPU-02000000-1111-2222-3333-444444444444,GPU-000", 1);
  STRCMP_EQUAL("2,0 bound words", grant().c_str());
}

TEST(GpuGrant, MigDevicesAreAnyOfTheGpusThatAreOpen) {
  for (const char* words :
       {"MIG-GPU-02000000-1111-2222-3333-444444444444/1/0", "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f",
        "GPU-02000000-1111-2222-3333-444444444444,MIG-c6d4f1ef", "GPU-unknown", "GPU-"}) {
    slurm_sets("0", words, "1");
    CHECK_TRUE(read_grant(*node, all_of(*node), false).keeps_words);
    LONGS_EQUAL(4, read_grant(*node, all_of(*node), false).gpus.count);
  }
  slurm_sets("0", "MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f", "1");
  STRCMP_EQUAL("1 bound words constrained", grant(bit(1)).c_str());
}

// gres/shard and gres/mps.
TEST(GpuGrant, APartOfAGpuIsNotDealtOutAgain) {
  setenv("CUDA_VISIBLE_DEVICES", "1", 1);
  setenv("CUDA_MPS_ACTIVE_THREAD_PERCENTAGE", "50", 1);
  STRCMP_EQUAL("1 bound", grant().c_str());
  setenv("CUDA_VISIBLE_DEVICES", "0", 1);
  STRCMP_EQUAL("1 bound constrained", grant(bit(1)).c_str());
}

TEST(GpuGrant, WhatNobodyUnderstandsIsLeftToTheLibraries) {
  const std::string long_one(10000, '1'), long_list = [] {
    std::string list = "0";
    for (int i = 0; i < 5000; ++i) list += ",0";
    return list;
  }();
  std::vector<std::string> all = {long_one, long_list + ",x"};
  for (const char* words : {"x", "-1", "1,,2", "1,", ",", "3-1", "0-", "0-1000000", "99999999999999999999", "7,x"}) {
    all.emplace_back(words);
  }
  for (const std::string& words : all) {
    slurm_sets(words.c_str(), nullptr, "4");
    STRCMP_EQUAL("0,1,2,3 bound words", grant().c_str());
    slurm_sets("0,1,2,3", words.c_str(), "4");
    STRCMP_EQUAL("0,1,2,3 bound words", grant().c_str());
    STRCMP_EQUAL("2 bound words constrained", grant(bit(2)).c_str());
  }
  slurm_sets(long_list.c_str(), nullptr, "1");
  STRCMP_EQUAL("0", grant().c_str());
}

TEST(GpuGrant, WhatWasGrantedAndIsNotThereIsTold) {
  slurm_sets("0,7", "0,7", "2");
  STRCMP_EQUAL("0 bound without 7", grant().c_str());
  slurm_sets("0-5", "0-5", "6");
  STRCMP_EQUAL("0,1,2,3 bound without 4", grant().c_str());
  node->gpus = 0;
  slurm_sets("0", "0", "1");
  STRCMP_EQUAL(" bound without 0", grant().c_str());
}

TEST(GpuGrant, RenderersHaveTheirNumbersOrAreCountedFrom0) {
  for (const unsigned vendor : {kAmd, kIntel}) {
    node = node_of_renderers(vendor, 4);
    STRCMP_EQUAL("0,3 bound", grant_of_step("128,131").c_str());
    STRCMP_EQUAL("0,3 bound", grant_of_step("0,3").c_str());
    STRCMP_EQUAL("0 bound without 132", grant_of_step("0,132").c_str());
    STRCMP_EQUAL("0 bound without 4", grant_of_step("0,4").c_str());
  }
}

TEST(GpuGrant, TheNumbersOfRenderersMayHaveHoles) {
  node = std::make_unique<Table>();
  for (const int number : {128, 130, 135}) add_gpu(*node, "dri/renderD" + std::to_string(number), kAmd, number);
  STRCMP_EQUAL("1,2 bound", grant_of_step("130,135").c_str());
  STRCMP_EQUAL("1,2 bound", grant_of_step("1,2").c_str());
}

TEST(GpuGrant, ADesktopsRendererIsNoneOfTheNumbers) {
  node = nvidia_node(2);
  add_gpu(*node, "dri/renderD128", kIntel, 128);
  STRCMP_EQUAL("0,1 bound", grant_of_step("0,1").c_str());
  slurm_sets("0", "0", "1");  // a cgroup leaves open what is in no gres.conf
  STRCMP_EQUAL("1 constrained", grant(bit(1) | bit(2)).c_str());
}

TEST(GpuGrant, ANodeMayHave64Gpus) {
  node = nvidia_node(64);
  slurm_sets("0-63", "0-63", "64");
  LONGS_EQUAL(64, read_grant(*node, all_of(*node), false).gpus.count);
  CHECK_FALSE(read_grant(*node, all_of(*node), false).is_bound);
  slurm_sets("63", "0", "1");
  STRCMP_EQUAL("63 constrained", grant(bit(63)).c_str());
  slurm_sets("0-64", "0-64", "65");
  LONGS_EQUAL(64, read_grant(*node, all_of(*node), false).missing);
}

// Where a cgroup denies nothing: this is no test of one that does.
TEST(GpuGrant, OnlyADeviceCgroupClosesAGpu) {
  node = std::make_unique<Table>();
  add_gpu(*node, "null", kNvidia, 0);
  add_gpu(*node, "is-not-there", kNvidia, 1);
  LONGS_EQUAL(3, open_to_this_process(*node));
}
