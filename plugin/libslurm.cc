// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/libslurm.h"

#include <dlfcn.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <type_traits>

namespace slipway::libslurm {

namespace {

// Slurm loads its own libraries before it opens a plugin, with all of their names visible.
template <typename Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

// job_info_msg_t, the same in all releases of the table.
struct JobMessage {
  time_t last_backfill, last_update;
  uint32_t count;
  const char* records;  // an array of job_info_t
};

// slurm_step_id_t, as slurm_load_job takes it from kFirstLoadJobByStepId on.
struct StepId {
  uint64_t sluid;
  uint32_t job, component, step;
};
constexpr uint32_t kNoValue = 0xfffffffe;  // NO_VAL

using LoadByJob = int(JobMessage**, uint32_t job, uint16_t flags);
using LoadByStepId = int(JobMessage**, StepId, uint16_t flags);

int load(JobMessage** message, uint32_t job) {
  constexpr char kName[] = "slurm_load_job";
  if (api() >= kFirstLoadJobByStepId) {
    const auto by_step_id = find<LoadByStepId>(kName);
    return by_step_id ? by_step_id(message, {0, job, kNoValue, kNoValue}, 0) : -1;
  }
  const auto by_job = find<LoadByJob>(kName);
  return by_job ? by_job(message, job, 0) : -1;
}

template <typename Field>
Field field_at(const char* structure, size_t offset) {
  Field field;
  memcpy(&field, structure + offset, sizeof field);
  return field;
}

std::string text_at(const char* structure, size_t offset) {
  const auto* const text = field_at<const char*>(structure, offset);
  return text ? text : "";
}

// The parts of slurm_opt_t that are srun's, sbatch's and salloc's own: who has one is that program, whatever it is
// called, since sites rename them.
constexpr char kSrunsPart[] = "sropt", kSbatchsPart[] = "sbopt", kSallocsPart[] = "saopt";

// slurm_opt_t: a structure that is only handed back to Slurm's functions.
void* own_options() {
  for (const char* part : {kSrunsPart, kSbatchsPart, kSallocsPart}) {
    if (dlsym(RTLD_DEFAULT, part)) return dlsym(RTLD_DEFAULT, "opt");
  }
  return nullptr;
}

using Prepend = int(void*, int, const char*[]);
// Looked for when the plugin is loaded, not in every rank.
Prepend* const prepend = find<Prepend>("spank_prepend_task_argv");

}  // namespace

long api() {
  const auto version = find<long()>("slurm_api_version");
  return version ? version() >> 16 : 0;
}

bool knows_job_records() {
  const SlurmRelease* const release = slurm_release(api());
  return release && release->job_partition != kUnknownOffset;
}

std::optional<JobRecord> load_job(uint32_t job) {
  const auto free_message = find<void(JobMessage*)>("slurm_free_job_info_msg");
  if (!knows_job_records() || !free_message) return std::nullopt;
  JobMessage* message = nullptr;
  if (load(&message, job) != 0 || !message) return std::nullopt;
  std::optional<JobRecord> record;
  const SlurmRelease* const release = slurm_release(api());
  if (message->count > 0 && field_at<uint32_t>(message->records, release->job_id) == job) {
    record = {text_at(message->records, release->job_partition), text_at(message->records, kJobAccount)};
  }
  free_message(message);
  return record;
}

std::optional<bool> checks_accounts() {
  const auto load_configuration = find<int(time_t, char**)>("slurm_load_ctl_conf");
  const auto free_configuration =
      find<void(char*)>(api() >= kFirstFreeConf ? "slurm_free_conf" : "slurm_free_ctl_conf");
  char* configuration = nullptr;
  if (!knows_job_records() || !load_configuration || !free_configuration) return std::nullopt;
  if (load_configuration(0, &configuration) != 0 || !configuration) return std::nullopt;
  const bool checks = field_at<uint16_t>(configuration, kAccountingEnforce) & kAssociations;
  free_configuration(configuration);
  return checks;
}

char* allocated_copy(const std::string& text) {
  const auto duplicate = find<char*(const char*)>("slurm_xstrdup");
  return duplicate ? duplicate(text.c_str()) : nullptr;
}

bool is_sbatch() { return dlsym(RTLD_DEFAULT, kSbatchsPart) != nullptr; }

std::optional<std::string> option(const char* name) {
  const auto get = find<char*(void*, const char*)>("slurm_option_get");
  void* const options = own_options();
  char* const value = get && options ? get(options, name) : nullptr;  // of Slurm's allocator, and left to it
  return value ? std::optional<std::string>(value) : std::nullopt;
}

bool set_option(const char* name, const std::string& value) {
  const auto set = find<int(void*, const char*, const char*, bool)>("slurm_option_set");
  void* const options = own_options();
  return set && options && set(options, name, value.c_str(), false) == 0;
}

bool reset_option(const char* name) {
  const auto reset = find<bool(void*, const char*)>("slurm_option_reset");
  void* const options = own_options();
  return reset && options && reset(options, name);
}

// plugin_load_and_link (src/common/plugin.h), asked for no symbols.
bool finds_plugin(const char* type) {
  const auto load = find<void*(const char*, int, const char**, void**)>("slurm_plugin_load_and_link");
  return load && load(type, 0, nullptr, nullptr);
}

bool can_prepend_words() { return prepend != nullptr; }

bool prepend_word(void* spank, const std::string& word) {
  const char* words[] = {word.c_str()};
  return prepend(spank, 1, words) == 0;
}

}  // namespace slipway::libslurm
