// SPDX-License-Identifier: BSD-3-Clause

// Nodes with GPUs, made up: the machines that run these tests have none.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "lib/gpu/table.h"
#include "lib/topology/gpu_binding.h"

using TablePointer = std::unique_ptr<slipway::gpu::Table>;

inline void add_gpu(slipway::gpu::Table& table, const std::string& name, unsigned vendor, int number,
                    const std::string& address = "", const std::string& uuid = "") {
  slipway::gpu::Device& gpu = table.gpu[table.gpus++];
  snprintf(gpu.name, sizeof gpu.name, "%s", name.c_str());
  snprintf(gpu.address, sizeof gpu.address, "%s", address.c_str());
  snprintf(gpu.uuid, sizeof gpu.uuid, "%s", uuid.c_str());
  gpu.vendor = vendor;
  gpu.number = number;
}

inline void add_shared(slipway::gpu::Table& table, const std::string& name, unsigned vendor,
                       int gpu = slipway::gpu::kAllOfVendor) {
  slipway::gpu::Companion& device = table.companion[table.companions++];
  snprintf(device.name, sizeof device.name, "%s", name.c_str());
  device.vendor = vendor;
  device.gpu = gpu;
}

// nvidia0 and so on, at the addresses 0000:00:00.0 and so on, whose UUIDs begin with "GPU-00", "GPU-01".
inline TablePointer nvidia_node(int count) {
  TablePointer table = std::make_unique<slipway::gpu::Table>();
  for (int i = 0; i < count; ++i) {
    const std::string digits = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
    const std::string address = "0000:" + digits + ":00.0",
                      uuid = "GPU-" + digits + "000000-1111-2222-3333-444444444444";
    add_gpu(*table, "nvidia" + std::to_string(i), slipway::topology::kNvidia, i, address, uuid);
  }
  return table;
}

// dri/renderD128 and so on.
inline TablePointer node_of_renderers(unsigned vendor, int count) {
  TablePointer table = std::make_unique<slipway::gpu::Table>();
  for (int i = 128; i < 128 + count; ++i) add_gpu(*table, "dri/renderD" + std::to_string(i), vendor, i);
  return table;
}

inline slipway::topology::GpuList list_of(const std::vector<int>& gpus) {
  slipway::topology::GpuList list;
  for (const int gpu : gpus) list.add(gpu);
  return list;
}

// "0,1"
inline std::string text_of(const slipway::topology::GpuList& list) {
  std::string text;
  for (int i = 0; i < list.count; ++i) text += (i > 0 ? "," : "") + std::to_string(list.gpu[i]);
  return text;
}

// What a rank's environment says of GPUs, gone with it.
class GpuVariables {
 public:
  GpuVariables() { clear(); }
  ~GpuVariables() { clear(); }

  static void clear() {
    for (const char* name :
         {"SLURM_STEP_GPUS", "SLURM_JOB_GPUS", "SLURM_GPUS_ON_NODE", "SLURM_LOCALID", "SLURM_PROCID",
          "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK", "GPU_DEVICE_ORDINAL", "CUDA_DEVICE_ORDER",
          "ZE_ENABLE_PCI_ID_DEVICE_ORDER", "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"}) {
      unsetenv(name);
    }
  }
  // Slurm sets the same for all vendors.
  static void set_of_vendors(const char* numbers) {
    for (const char* name :
         {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK", "GPU_DEVICE_ORDINAL"}) {
      setenv(name, numbers, 1);
    }
  }
};
