// SPDX-License-Identifier: BSD-3-Clause

// What stage decided once for all ranks of a step on this node: a sealed memfd, written once, read by every enter
// (lib/protocol/decisions.h) as lib/protocol/entries.h encodes it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/fd.h"
#include "lib/options/tables/environment_table.h"
#include "lib/protocol/environment_change.h"
#include "lib/topology/gpu_bind.h"

namespace slipway {

struct Plan {
  std::string cwd;  // absolute path inside the container
  std::vector<std::string> notices;  // for the user, from the step's first rank
  std::vector<std::string> gpu_notices;  // as notices, for steps that have a GPU
  std::vector<std::string> demanded_gpus;  // "INDEX NAME" in lib/gpu/table.h, which must be granted
  std::vector<std::string> front;  // the words in front of the step's own
  bool is_batch = false;           // of the job's batch step
  std::string interpreter_remedy;  // what to do when the command's interpreter is missing; empty: the usual
  // As in lib/protocol/decisions.h; empty: nothing is wrong.
  std::string no_pmix, old_pmix, lacks_pmix, lacks_munge, lacks_pmi, no_mpi, launcher;
  std::optional<topology::GpuBind> gpu_bind;  // nothing: the ranks have no GPUs, whatever they were granted
  bool has_hosts_dev = false;
  std::vector<std::string> nics;  // environment: "NAME=form", with % for the name of a NIC
  std::string no_driver;  // what a rank that was granted a GPU cannot do without; empty: nothing is missing
  std::vector<EnvironmentRule> environment;  // which of the rank's own variables stay
  std::vector<std::pair<std::string, std::string>> set;  // environment: always set to this
  std::vector<std::pair<std::string, std::string>> lead;  // environment: come first in this list of directories
  std::vector<std::pair<std::string, std::string>> behind;  // environment: come last in it, where the rank has one
  std::vector<std::pair<std::string, std::string>> fill;  // environment: set where the rank has no such variable
  std::vector<std::pair<std::string, std::string>> gpu_lead, gpu_set;  // as lead and set, for ranks that have a GPU
};

// Throws Error.
Fd write_plan(const Plan& plan);

// A written plan with what the image's scripts changed, and a notice; empty: none. Throws Error.
Fd extended_plan(int plan, const EnvironmentChange& change, const std::string& notice);

// The rules of a written plan that keep variables. Throws Error.
std::vector<EnvironmentRule> kept_variables(int plan);

}  // namespace slipway
