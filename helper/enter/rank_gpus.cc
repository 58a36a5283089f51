// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/rank_gpus.h"

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/base/text.h"
#include "lib/gpu/devices.h"
#include "lib/protocol/wire.h"
#include "lib/topology/rank_line.h"

namespace slipway {

namespace {

using gpu::Mask;
using topology::CpuSet;
using topology::GpuBind;
using topology::GpuList;
using topology::Locality;

constexpr char kWhat[] = "GPUs", kDev[] = "/dev";

template <typename T>
T* map(int descriptor, int protection) {
  void* const memory = mmap(nullptr, sizeof(T), protection, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) fail_call(kWhat, "mmap");
  return static_cast<T*>(memory);
}

int number_in(const char* variable, int otherwise) {
  const char* const value = getenv(variable);
  return value ? atoi(value) : otherwise;
}

int local_rank() { return number_in("SLURM_LOCALID", 0); }

CpuSet own_cpus() {
  CpuSet cpus;
  uint64_t words[topology::kMostCpus / 64] = {};
  if (sched_getaffinity(0, sizeof words, reinterpret_cast<cpu_set_t*>(words)) != 0) return cpus;
  for (int first = 0; first < topology::kMostCpus; first += 64) {
    for (uint64_t left = words[first / 64]; left; left &= left - 1) cpus.add(first + __builtin_ctzll(left));
  }
  return cpus;
}

// Only the ranks that need it pay for it.
const Locality& locality_of_node(const gpu::Table& table) {
  static Locality locality;
  if (locality.regions > 0) return locality;
  gpu::locality_of(table, &locality);
  if (!table.has_topology) {
    tell_of_node("this node's topology could not be read, so GPUs and NICs are as near to one rank as to another; ask "
                 "the admin to look at slipway doctor there");
  }
  return locality;
}

Mask mask_of(const GpuList& list) {
  Mask mask = 0;
  for (int i = 0; i < list.count; ++i) mask |= gpu::bit(list.gpu[i]);
  return mask;
}

bool are_of(const gpu::Table& table, const GpuList& list) {
  for (int i = 0; i < list.count; ++i) {
    if (list.gpu[i] >= table.gpus) return false;
  }
  return true;
}

[[noreturn]] void fail_without_device(int number) {
  char name[32];
  snprintf(name, sizeof name, "GPU %d", number);
  fail(kExitRefused, name, "Slurm granted it, and this node has no device for it in /dev",
       "ask the admin to load the GPUs' driver on this node, to compare gres.conf with it, or for gpu=no");
}

// Of the user's, by --container-device.
void refuse_demands(const Decisions& decisions, Mask shown) {
  for (const char* demand = nullptr; (demand = next_value(decisions, "gpu_demand", demand));) {
    char* name;
    const long gpu = strtol(demand, &name, 10);
    if (gpu >= 0 && gpu < topology::kMostGpus && shown & gpu::bit(static_cast<int>(gpu))) continue;
    fail(kExitRefused, name + 1, "Slurm did not grant the step this GPU",
         "ask Slurm for it (srun --gpus), or leave it out");
  }
}

// Where the node has no GPU at all.
void refuse_without_gpus(const Decisions& decisions) {
  static constinit gpu::Table empty = {};
  const gpu::Grant grant = gpu::read_grant(empty, 0, decisions.is_batch);
  if (decisions.shows_gpus && grant.missing >= 0) fail_without_device(grant.missing);
}

void show(const gpu::Table& table, Mask shown, bool is_all) {
  if (!gpu::has_hidden(kDev)) return;
  if (const char* const failed = gpu::show_devices(kDev, table, shown)) fail_call(kWhat, failed);
  if (is_all) gpu::remove_hidden(kDev, table);
}

// For the rank that decides for all.
struct Deciding {
  const gpu::Table& table;
  const GpuList& granted;
  GpuBind bind;
};

void decide(gpu::Meeting& meeting, void* context) {
  const auto& [table, granted, bind] = *static_cast<const Deciding*>(context);
  static CpuSet cpus[topology::kMostRanks];
  // Other processes can write into the meeting's while this is made.
  static constinit GpuList seen[topology::kMostRanks] = {};
  bool are_all_here = true, are_alike = bind != GpuBind::kNone;
  for (int rank = 0; rank < table.ranks; ++rank) {
    const gpu::Meeting::Seat& seat = meeting.seat[rank];
    const bool is_taken = __atomic_load_n(&seat.is_taken, __ATOMIC_ACQUIRE) != 0;
    are_all_here &= is_taken;
    if (!is_taken) continue;
    meeting.shown |= seat.granted;  // of one who came only now, too: what is hidden then may be removed
    are_alike &= seat.granted == mask_of(granted);
    cpus[rank] = seat.cpus;
  }
  // Where Slurm bound one rank it bound all, even one to which it gave everything: then each keeps its own.
  if (are_alike) topology::bind_gpus(locality_of_node(table), {table.ranks, cpus, granted}, bind, seen);
  memcpy(meeting.seen, seen, sizeof seen);
  show(table, meeting.shown, are_all_here);
}

void tell_rank(const Locality& locality, const GpuList& seen, const GpuList& own) {
  char line[2048];
  topology::rank_line(locality, number_in("SLURM_PROCID", 0), own_cpus(), seen, own,
                      topology::nearest_nics(locality, own_cpus(), own), line, sizeof line);
  tell_of_rank(line);
}

// What the ranks of the node are shown, and what of it this one sees. When it returns, that is in /dev.
gpu::Agreement agree(const Gpus& gpus, GpuBind bind) {
  const gpu::Table& table = *gpus.table;
  const GpuList& granted = gpus.grant.gpus;
  const Mask own = mask_of(granted);
  const bool is_binding = bind != GpuBind::kNone && granted.count > 1;
  // The ranks of a step without GPUs have nothing to agree on, nor those that all have the same words.
  const bool is_of_gpus = granted.count > 0 || number_in("SLURM_GPUS_ON_NODE", 0) > 0;
  // Where Slurm does not say how many the step has, a rank does not know whether the others have the same.
  const bool may_differ = gpus.grant.is_bound || number_in("SLURM_GPUS_ON_NODE", 0) <= 0;
  const bool differs = is_binding || (may_differ && is_of_gpus && !table.shows_all);
  gpu::Agreement alone{own, granted};
  if (differs && table.ranks > 1) {
    gpu::Agreement made;
    Deciding context{table, granted, bind};
    const gpu::Sitting sitting{local_rank(), table.ranks, own, own_cpus()};
    gpu::Meeting& meeting = *map<gpu::Meeting>(gpus.meeting, PROT_READ | PROT_WRITE);
    if (!gpu::meet(meeting, sitting, decide, &context, &made) || !are_of(table, made.seen)) made = {};
    if (own & ~made.shown) show(table, own, false);  // of one who came too late for the others, or met none
    made.shown |= own;
    const bool is_dealt = is_binding && made.seen.count > 0 && !(mask_of(made.seen) & ~own);
    if (!is_dealt) made.seen = granted;
    return made;
  }
  if (is_binding) {
    const CpuSet cpus = own_cpus();
    topology::bind_gpus(locality_of_node(table), {1, &cpus, granted}, bind, &alone.seen);
  }
  show(table, own, true);
  return alone;
}

// "UCX_NET_DEVICES=%:1", for each of the NICs, joined by commas. A variable that the rank has stays.
void set_variable_of_nics(const char* assignment, const Locality& locality, const topology::NicList& nics) {
  char name[64], value[topology::kMostNics * 40] = "";
  const size_t length = strcspn(assignment, "=");
  const char* const form = assignment + length + 1;
  const char* const mark = strchr(form, '%');
  if (length >= sizeof name || !mark || nics.count == 0) return;
  memcpy(name, assignment, length);
  name[length] = '\0';
  size_t at = 0;
  for (int i = 0; i < nics.count && at < sizeof value; ++i) {
    at += snprintf(value + at, sizeof value - at, "%s%.*s%s%s", i > 0 ? "," : "", static_cast<int>(mark - form), form,
                   locality.nic[nics.nic[i]].name, mark + 1);
  }
  setenv(name, value, 0);
}

void set_nics(const Decisions& decisions, const Locality& locality, const GpuList& own) {
  const topology::NicList nics = topology::nearest_nics(locality, own_cpus(), own);
  for (const char* assignment = nullptr; (assignment = next_value(decisions, "nic", assignment));) {
    set_variable_of_nics(assignment, locality, nics);
  }
}

}  // namespace

Gpus read_gpus(int table, int meeting) {
  Gpus gpus;
  gpus.table = map<const gpu::Table>(table, PROT_READ);
  gpus.meeting = meeting;
  gpus.slurms = gpu::words_of_slurm();
  if (gpus.table->shows_all) {
    for (int i = 0; i < gpus.table->gpus; ++i) gpus.grant.gpus.add(i);
    gpus.grant.is_bound = gpus.grant.keeps_words = true;
    return gpus;
  }
  if (!gpu::may_have_gpus(*gpus.table)) return gpus;
  gpus.grant = gpu::read_grant(*gpus.table, gpu::open_to_this_process(*gpus.table), gpus.table->is_batch);
  // Where the table has none, the site may want none shown: take_gpus knows.
  if (gpus.table->gpus > 0 && gpus.grant.missing >= 0) fail_without_device(gpus.grant.missing);
  return gpus;
}

void take_gpus(const Gpus& gpus, const Decisions& decisions) {
  if (!gpus.table || gpus.table->gpus == 0) refuse_without_gpus(decisions);
  if (!gpus.table) return;
  const gpu::Table& table = *gpus.table;
  const gpu::Grant& grant = gpus.grant;
  const GpuBind bind = grant.is_bound ? GpuBind::kNone : decisions.gpu_bind;
  const gpu::Agreement agreement = agree(gpus, bind);
  const GpuList& seen = agreement.seen;
  refuse_demands(decisions, agreement.shown);
  if (seen.count > 0) {
    const Mask shown = decisions.has_hosts_dev ? gpu::all_of(table) : agreement.shown;
    const Mask visible = grant.is_constrained ? mask_of(grant.gpus) : shown;
    if (!grant.keeps_words) gpu::set_words(table, seen, visible, gpus.slurms);
    set_gpu_variables(decisions);
    if (decisions.no_driver) tell_of_node(decisions.no_driver);
    for (const char* notice = nullptr; (notice = next_value(decisions, "gpu_notice", notice));) tell(notice);
  }
  const GpuList own = grant.is_bound ? seen : topology::own_gpus(seen, bind, local_rank() < 0 ? 0 : local_rank());
  const bool has_nics = next_value(decisions, "nic", nullptr);
  if (has_nics) set_nics(decisions, locality_of_node(table), own);
  if (table.is_verbose && (seen.count > 0 || has_nics)) tell_rank(locality_of_node(table), seen, own);
}

}  // namespace slipway
