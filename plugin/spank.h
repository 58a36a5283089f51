// SPDX-License-Identifier: BSD-3-Clause

// The wall between Slurm and the plugin: what the plugin asks of Slurm, in terms of its own. Only spank.cc includes
// <slurm/spank.h>; behind this interface, everything else is tested without Slurm.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plugin/libslurm.h"

namespace slipway {

class Slurm {
 public:
  virtual ~Slurm() = default;

  // On a node: the step's environment, which a task's hooks change for that task. In the client: its own. Throws Error:
  // it is too long to be executed with, and what it says is not known.
  virtual std::optional<std::string> environment(const char* name) const = 0;
  virtual void set_environment(const char* name, const std::string& value) = 0;
  virtual void unset_environment(const char* name) = 0;

  // The step's words: the command and its arguments. With --multi-prog they are the file's name and its text. Before
  // Slurm 23.11 they can only be replaced in place.
  virtual std::vector<std::string> words() const = 0;
  virtual bool replace_word(size_t index, const std::string& word) = 0;
  virtual bool can_prepend_word() const = 0;
  virtual bool prepend_word(const std::string& word) = 0;

  // In a client: whether it is srun. sbatch and salloc only make jobs.
  virtual bool launches_steps() const = 0;
  virtual bool is_sbatch() const = 0;

  // In a client: Slurm's own options of this command, or component of it, by their names without dashes. Nothing, or
  // false: it is not set, or this Slurm does not let a plugin at its options.
  virtual std::optional<std::string> option(const char* name) const = 0;
  virtual bool set_option(const char* name, const std::string& value) = 0;
  virtual bool reset_option(const char* name) = 0;
  // Whether it has a --container of its own, and whether that breaks PMIx where there is no oci.conf.
  virtual bool has_native_container() const = 0;
  virtual bool native_container_breaks_pmix() const = 0;
  // In a client: whether this Slurm runs tasks by plugins, and finds the one that is ours (plugin/runtime.cc).
  virtual bool finds_runtime() const = 0;
  // In a client: the words that it was started with.
  virtual std::vector<std::string> command_line() const = 0;
  // In srun, when a component's options are parsed: which word is its command, counted from the component's first word.
  virtual size_t command_index() const = 0;

  // In a client: prints a line for its user.
  virtual void warn(const std::string& line) const = 0;

  // Executes the client once more, with these words and its first environment. Returns on failure.
  virtual void start_again(std::vector<std::string> words) = 0;
  // Executes the program words[0] in place of the client. Returns on failure.
  virtual void execute(std::vector<std::string> words) = 0;

  // Of the step, on a node; of its own, in a client.
  virtual uid_t uid() const = 0;

  // On a node.
  virtual std::string node() const = 0;  // its name in Slurm
  virtual gid_t gid() const = 0;
  virtual std::vector<gid_t> groups() const = 0;
  virtual uint32_t job() const = 0;
  virtual uint32_t step() const = 0;
  virtual int local_task() const = 0;
  virtual uint32_t local_tasks() const = 0;  // how many ranks the step has on this node
  // What slurmctld says of the step's job now: one question to it. Nothing: no answer, or none that can be read.
  virtual std::optional<JobRecord> job_record() const = 0;
  virtual bool knows_job_records() const = 0;  // whether they can be read on this release of Slurm
  // Whether it has checked that the job's user is in the job's account: one more question to it. Nothing: no answer.
  virtual std::optional<bool> checks_accounts() const = 0;
};

// Steps that are not a user's srun (slurm.h, SLURM_EXTERN_CONT and its neighbours).
inline constexpr uint32_t kExternStep = 0xfffffffc;
inline constexpr uint32_t kBatchStep = 0xfffffffb;
inline constexpr uint32_t kInteractiveStep = 0xfffffffa;

}  // namespace slipway
