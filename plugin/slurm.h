// The wall between Slurm and the plugin: what the plugin asks of Slurm, in terms of its own. Only slurm.cc includes
// <slurm/spank.h>; behind this interface, everything else is tested without Slurm.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway {

class Slurm {
 public:
  virtual ~Slurm() = default;

  // On a node: the step's environment, which a task's hooks change for that task. In the client: its own.
  virtual std::optional<std::string> environment(const char* name) const = 0;
  virtual void set_environment(const char* name, const std::string& value) = 0;
  virtual void unset_environment(const char* name) = 0;

  // The step's words. Before Slurm 23.11 they can only be replaced in place.
  virtual std::vector<std::string> words() const = 0;
  virtual bool replace_command(const std::string& command) = 0;
  virtual bool can_prepend_word() const = 0;
  virtual bool prepend_word(const std::string& word) = 0;

  // In a client: whether it is srun. sbatch and salloc only make jobs.
  virtual bool launches_steps() const = 0;

  // In a client whose Slurm has a --container of its own: the program's name, srun for example; else empty.
  virtual std::string program() const = 0;
  // Executes the client once more, with its words and its first environment and these variables. Returns on failure.
  virtual void start_again(const std::vector<std::string>& variables) = 0;
  // Executes the program words[0] in place of the client. Returns on failure.
  virtual void execute(std::vector<std::string> words) = 0;

  // Of the step, on a node; of its own, in a client.
  virtual uid_t uid() const = 0;

  // On a node.
  virtual gid_t gid() const = 0;
  virtual std::vector<gid_t> groups() const = 0;
  virtual uint32_t job() const = 0;
  virtual uint32_t step() const = 0;
  virtual int local_task() const = 0;
  virtual uint32_t local_tasks() const = 0;  // how many ranks the step has on this node
  // What slurmctld says of the step's job now, as `scontrol show job` prints it: one question to it. Empty: no answer.
  virtual std::string job_record() const = 0;
};

// Steps that are not a user's srun (slurm.h, SLURM_EXTERN_CONT and its neighbours).
inline constexpr uint32_t kExternStep = 0xfffffffc;
inline constexpr uint32_t kBatchStep = 0xfffffffb;
inline constexpr uint32_t kInteractiveStep = 0xfffffffa;

}  // namespace slipway
