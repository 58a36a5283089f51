// SPDX-License-Identifier: BSD-3-Clause

// What the plugin asks of libslurm beside SPANK: functions by name, fields of its structures by offset. libslurm has no
// stable ABI, so all of that stands in this file and libslurm.cc, in one table by the number of its interface. What is
// not known for a number is not guessed: the answer is then that there is none. libslurm_check.cc compares the table
// with the headers of the Slurm that the plugin is compiled with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace slipway {

inline constexpr size_t kUnknownOffset = static_cast<size_t>(-1);

// One release of Slurm. Offsets are in bytes, of 64-bit Linux; sources: slurm/slurm.h of the first and of the last
// patch of each release (25.11.0 and 25.11.7, for example), which agree.
struct SlurmRelease {
  long api;              // SLURM_API_CURRENT in META, and the N of libslurm.so.N
  unsigned year, month;  // as in "23.11"
  size_t job_id;         // job_info_t.job_id; from 25.11 on .step_id.job_id
  size_t job_partition;  // job_info_t.partition
  bool was_tested;       // the cluster tests of this project were run on it
};

// 26.11 is not released yet: its offsets can still change.
inline constexpr SlurmRelease kSlurmReleases[] = {
    {36, 20, 11, kUnknownOffset, kUnknownOffset, false},
    {37, 21, 8, 388, 528, false},
    {38, 22, 5, 388, 528, true},
    {39, 23, 2, 412, 560, false},
    {40, 23, 11, 412, 560, true},
    {41, 24, 5, 412, 560, false},
    {42, 24, 11, 412, 568, true},
    {43, 25, 5, 412, 576, false},
    {44, 25, 11, 1008, 576, true},
    {45, 26, 5, 1024, 592, true},
    {46, 26, 11, kUnknownOffset, kUnknownOffset, false},
};
// In all of them:
inline constexpr size_t kJobAccount = 0;          // job_info_t.account
inline constexpr size_t kAccountingEnforce = 16;  // slurm_conf_t.accounting_storage_enforce
inline constexpr uint16_t kAssociations = 1;      // its ACCOUNTING_ENFORCE_ASSOCS (src/common/read_config.h)

inline constexpr long kFirstWithContainer = 37;    // srun, sbatch and salloc have a --container of their own (NEWS)
inline constexpr long kFirstPmixWithBundle = 39;   // mpi/pmix takes --container for an OCI bundle (pmixp_info.c)
inline constexpr long kFirstLateBroadcast = 39;    // srun replaces argv[0] after local_user_init (srun.c)
inline constexpr long kFirstFreeConf = 45;         // slurm_free_ctl_conf is called slurm_free_conf (slurm.h)
inline constexpr long kFirstLoadJobByStepId = 45;  // slurm_load_job takes a slurm_step_id_t (slurm.h)
inline constexpr long kFirstWithRuntime = 46;      // slurmstepd runs tasks by a plugin (src/interfaces/runtime.h)

// nullptr: a number that this table does not have.
constexpr const SlurmRelease* slurm_release(long api) {
  for (const SlurmRelease& release : kSlurmReleases) {
    if (release.api == api) return &release;
  }
  return nullptr;
}

// In the form of SLURM_VERSION_NUMBER (slurm_version.h), without the patch.
constexpr unsigned version_number(const SlurmRelease& release) { return release.year << 16 | release.month << 8; }

// What slurmctld says of a job.
struct JobRecord {
  std::string partition, account;  // the account may be empty
};

// The libslurm of this process: srun's, sbatch's, salloc's or slurmstepd's.
namespace libslurm {

// 0: there is none.
long api();

// Asks slurmctld. Nothing: no answer, or a release whose records are not known.
std::optional<JobRecord> load_job(uint32_t job);
bool knows_job_records();

// Whether slurmctld checks that a job's user is in the account that the job names (AccountingStorageEnforce). Asks it.
// Nothing: no answer, or a release whose records are not known.
std::optional<bool> checks_accounts();

// A string that Slurm may free: its own allocator's. Nothing is thrown; nullptr: there is none.
char* allocated_copy(const std::string& text);

bool is_sbatch();

// The options of the client's command (slurm_opt.h), by their names without dashes, while a hook runs: srun copies them
// afterwards. Nothing, or false: this program or release has no such option.
std::optional<std::string> option(const char* name);
bool set_option(const char* name, const std::string& value);
bool reset_option(const char* name);

// Whether Slurm finds a plugin of this type in its PluginDir, and takes it for one of its release. It then stays
// loaded.
bool finds_plugin(const char* type);

// spank_prepend_task_argv (spank.h), from 23.11 on. `spank` is a spank_t.
bool can_prepend_words();
bool prepend_word(void* spank, const std::string& word);

}  // namespace libslurm

}  // namespace slipway
