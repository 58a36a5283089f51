// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/grant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

namespace slipway::gpu {

namespace {

using topology::GpuList;
using topology::kMostGpus;

// Slurm's word where it has no device files for what it counts.
constexpr char kNoFiles[] = "NoDevFiles";

constexpr int kFirstRenderer = 128;  // of the kernel's direct rendering nodes: what Slurm counts from there

bool has(const GpuList& list, int gpu) {
  for (int i = 0; i < list.count; ++i) {
    if (list.gpu[i] == gpu) return true;
  }
  return false;
}

void add(GpuList& list, int gpu) {
  if (gpu >= 0 && !has(list, gpu)) list.add(gpu);
}

void add_all(const Table& table, Mask mask, GpuList& list) {
  for (int i = 0; i < table.gpus; ++i) {
    if (mask & bit(i)) add(list, i);
  }
}

const char* words_in(const char* variable) {
  const char* const value = getenv(variable);
  return value && *value && strcmp(value, kNoFiles) != 0 ? value : nullptr;
}

// Those of the first vendor that the node has: Slurm sets the same numbers for all.
const char* vendor_words(const Table& table) {
  const char* const name = table.gpus > 0 ? variable_of(table.gpu[0].vendor) : nullptr;
  return name ? words_in(name) : nullptr;
}

// Calls `visit` with each number of "0,2-3" or "0:1". False: it is something else.
template <typename Visit>
bool for_each_number(const char* words, Visit visit) {
  for (const char* at = words;;) {
    char* end;
    const long first = strtol(at, &end, 10);
    if (end == at || first < 0 || first > 1 << 20) return false;
    long last = first;
    if (*end == '-') {
      at = end + 1;
      last = strtol(at, &end, 10);
      if (end == at || last < first || last - first > kMostGpus) return false;
    }
    for (long number = first; number <= last; ++number) visit(static_cast<int>(number));
    if (!*end) return true;
    if (*end != ',' && *end != ':') return false;
    at = end + 1;
  }
}

bool are_numbers(const char* words) {
  return for_each_number(words, [](int) {});
}

// The GPU with Slurm's number for the device; -1: there is none.
int gpu_of_number(const Table& table, int number) {
  int renderers = 0;
  for (int i = 0; i < table.gpus; ++i) {
    const Device& gpu = table.gpu[i];
    const bool is_renderer = gpu.vendor != topology::kNvidia;
    if (gpu.number == number || (is_renderer && number < kFirstRenderer && renderers == number)) return i;
    renderers += is_renderer;
  }
  return -1;
}

// Their i-th, in the order of the vendor's library; -1: there are not so many.
int nth_of(const Table& table, Mask mask, int n) {
  for (int i = 0; i < table.gpus; ++i) {
    if (mask & bit(i) && n-- == 0) return i;
  }
  return -1;
}

// "GPU-<uuid>", or as much of its beginning as tells them apart; -1: another word, as MIG devices are.
int gpu_of_uuid(const Table& table, const char* word, size_t length) {
  for (int i = 0; i < table.gpus; ++i) {
    if (length > 4 && strncmp(table.gpu[i].uuid, word, length) == 0) return i;
  }
  return -1;
}

// Words that are no numbers. What nobody can tell from here is left to the library: it gets all devices.
void add_named(const Table& table, Mask open, const char* words, GpuList& list) {
  for (const char* word = words; *word; word += *word == ',') {
    const size_t length = strcspn(word, ",");
    const int gpu = gpu_of_uuid(table, word, length);
    if (gpu < 0) return add_all(table, open, list);
    add(list, gpu);
    word += length;
  }
}

int gpus_of_step() {
  const char* const count = getenv("SLURM_GPUS_ON_NODE");
  return count ? atoi(count) : 0;
}

}  // namespace

const char* variable_of(unsigned vendor) {
  switch (vendor) {
    case topology::kNvidia: return "CUDA_VISIBLE_DEVICES";
    case topology::kAmd: return "ROCR_VISIBLE_DEVICES";
    case topology::kIntel: return "ZE_AFFINITY_MASK";
    default: return nullptr;
  }
}

bool may_have_gpus(const Table& table) {
  return words_in("SLURM_STEP_GPUS") || words_in("SLURM_JOB_GPUS") || gpus_of_step() > 0 || vendor_words(table);
}

Mask open_to_this_process(const Table& table) {
  Mask open = 0;
  for (int i = 0; i < table.gpus; ++i) {
    char path[sizeof "/dev/" + kLongestDevice];
    snprintf(path, sizeof path, "/dev/%s", table.gpu[i].name);
    // The kernel asks the device cgroup before the device itself is opened, which can take seconds (EPERM; a mode that
    // forbids it is EACCES).
    if (access(path, R_OK | W_OK) == 0 || errno != EPERM) open |= bit(i);
  }
  return open;
}

Grant read_grant(const Table& table, Mask open, bool is_batch) {
  Grant grant;
  // Slurm leaves the other one to a script as its user's shell had it (22.05).
  const char* const numbers = words_in(is_batch ? "SLURM_JOB_GPUS" : "SLURM_STEP_GPUS");
  const char* const words = vendor_words(table);
  grant.is_constrained = open != all_of(table);
  grant.keeps_words = words && !are_numbers(words);
  if (grant.keeps_words) {
    add_named(table, open, words, grant.gpus);
  } else if (grant.is_constrained) {
    // Then Slurm counts those that the rank may open, even in SLURM_STEP_GPUS (22.05).
    if (words) for_each_number(words, [&](int n) { add(grant.gpus, nth_of(table, open, n)); });
    else add_all(table, open, grant.gpus);
  } else if (const char* const granted = numbers ? numbers : words) {
    const auto take = [&](int number) {
      const int gpu = gpu_of_number(table, number);
      if (gpu < 0 && grant.missing < 0) grant.missing = number;
      add(grant.gpus, gpu);
    };
    grant.keeps_words = !are_numbers(granted);
    if (grant.keeps_words) add_all(table, open, grant.gpus);
    else for_each_number(granted, take);
  }
  // Without numbers of a step's GPUs it has parts of them (gres/shard, gres/mps), which are not dealt out again.
  grant.is_bound = !numbers || grant.keeps_words || gpus_of_step() > grant.gpus.count;
  return grant;
}

}  // namespace slipway::gpu
