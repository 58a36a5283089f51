// SPDX-License-Identifier: BSD-3-Clause

// Compares the table of libslurm.h with the headers that the plugin is compiled with: only a compiler reads this file.
// tests/slurm-headers compiles it with the headers of each Slurm that is installed.
#include <cstddef>

extern "C" {
#include <slurm/slurm.h>
}

#include "plugin/libslurm.h"

namespace slipway {
namespace {

constexpr const SlurmRelease* release_of_headers() {
  for (const SlurmRelease& release : kSlurmReleases) {
    if (version_number(release) == (SLURM_VERSION_NUMBER & 0xffff00)) return &release;
  }
  return nullptr;
}

constexpr bool agrees(size_t SlurmRelease::*field, size_t offset) {
  const SlurmRelease* const release = release_of_headers();
  return !release || release->*field == kUnknownOffset || release->*field == offset;
}

template <typename Job>
constexpr size_t offset_of_job_id() {
  if constexpr (requires(Job job) { job.job_id; }) return offsetof(Job, job_id);
  else return offsetof(Job, step_id.job_id);
}

#ifdef TABLE_MUST_HAVE_RELEASE  // tests/slurm-headers asks
static_assert(release_of_headers() && release_of_headers()->job_partition != kUnknownOffset);
#endif
static_assert(offsetof(job_info_t, account) == kJobAccount);
static_assert(offsetof(slurm_conf_t, accounting_storage_enforce) == kAccountingEnforce);
static_assert(sizeof(slurm_conf_t::accounting_storage_enforce) == sizeof kAssociations);
static_assert(agrees(&SlurmRelease::job_id, offset_of_job_id<job_info_t>()));
static_assert(agrees(&SlurmRelease::job_partition, offsetof(job_info_t, partition)));

// As libslurm.cc passes it, where it is passed at all.
template <typename StepId>
constexpr bool is_passed_as_known() {
  if constexpr (requires(StepId id) { id.sluid; }) return sizeof(StepId) == 24 && offsetof(StepId, job_id) == 8;
  else return version_number(*slurm_release(kFirstLoadJobByStepId)) > (SLURM_VERSION_NUMBER & 0xffff00);
}
static_assert(is_passed_as_known<slurm_step_id_t>());
static_assert(offsetof(job_info_msg_t, record_count) == 16 && offsetof(job_info_msg_t, job_array) == 24);

}  // namespace
}  // namespace slipway
