// The plugin inside srun, sbatch and salloc: finds out which image was asked for, and says what can be said early.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugin/choice.h"
#include "plugin/record.h"
#include "plugin/settings.h"
#include "plugin/slurm.h"

namespace slipway {

class Client {
 public:
  // Before Slurm parses options: takes the inherited image out of the environment. The clients export --container as
  // SLURM_CONTAINER only where that variable is unset, so what is there after parsing was given explicitly.
  Client(Slurm& slurm, const Settings& settings);

  // --container-image=, and --container= where Slurm has no such option of its own. The last one wins.
  void take_option(const std::string& image) { choice_.option = image; }

  // After the options of a component were parsed; most commands have but one. Throws Error.
  void options_are_parsed(Slurm& slurm);

  // In srun, before it launches: marks the command, see marker.h. Throws Error.
  void launch(Slurm& slurm) const;

 private:
  void export_for_steps(Slurm& slurm) const;
  void export_for_job(Slurm& slurm) const;

  const Settings& settings_;
  const Record record_;
  Choice choice_;
  std::vector<std::optional<std::string>> images_;  // one for each component so far
};

}  // namespace slipway
