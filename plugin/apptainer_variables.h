// SPDX-License-Identifier: BSD-3-Clause

// The variables in which users of Apptainer and Singularity keep their options.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plugin/spank.h"

namespace slipway {

struct ApptainerVariables {
  // BIND and BINDPATH: a variable's name, and its value, which --container-mounts takes as well.
  std::vector<std::pair<std::string, std::string>> binds;
  std::string notice;  // of those that are not obeyed; empty: there is none
};

// They stay where they are: the container's table drops them.
ApptainerVariables apptainer_variables(const Slurm& slurm);

}  // namespace slipway
