// The plugin inside srun, sbatch and salloc: finds out which image was asked for, and says what can be said early.
#pragma once

#include <optional>
#include <string>

#include "plugin/choice.h"
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

  // After parsing. Exports the image for the step, and for what the step starts, as SLURM_CONTAINER. Throws Error.
  void options_are_parsed(Slurm& slurm);

  // In srun, for each component of a job: marks its command, see marker.h. Throws Error.
  void launch(Slurm& slurm) const;

 private:
  const Settings& settings_;
  Choice choice_;
  std::optional<std::string> image_;
};

}  // namespace slipway
