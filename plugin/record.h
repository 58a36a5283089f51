// What scontrol and sacct show of a step or job: the image of Slurm's own --container, which SPANK cannot set. So a
// command that got --container-image starts once more, with the environment variable that stands for --container.
#pragma once

#include <sys/types.h>

#include <string>

#include "plugin/slurm.h"

namespace slipway {

class Record {
 public:
  // Before Slurm parses options. Sees whether this is the second start, and takes the sign of it away.
  explicit Record(Slurm& slurm);

  // After Slurm parsed them, for an absolute path that it knows nothing of. Comes back where a second start would not
  // help (it was the second, or Slurm has no --container), or could do harm: salloc takes --container on some sites
  // only, and a script that sbatch has read from a pipe is gone.
  void show(Slurm& slurm, const std::string& image) const;

  // After Slurm parsed them: the variable is not for the step's own commands.
  void take_variable_away(Slurm& slurm) const;

 private:
  std::string variable_;    // SRUN_CONTAINER or SBATCH_CONTAINER; empty: none
  bool is_second_ = false;
  off_t input_;  // how far standard input was read, by whoever had it before; negative: it has no position
};

}  // namespace slipway
