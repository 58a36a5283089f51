// SPDX-License-Identifier: BSD-3-Clause

// Where Slurm is installed on a node. Distributions' packages put it below /usr; many sites build it below a prefix of
// their own, and some have both: what runs and what is called there says which one counts.
#pragma once

#include <string>
#include <vector>

#include "cli/doctor/node.h"

namespace slipway::doctor {

// Where distributions have it.
inline constexpr char kSlurmConfOfPackages[] = "/etc/slurm/slurm.conf";

struct Installation {
  std::string prefix;  // without links: /usr, /opt/slurm/24.11
  // Why it would count: "its slurmd runs here". Empty: only because it lies where Slurm usually is.
  std::string witness;
  long interface = 0;   // the number N of its libslurm.so.N, one for each release; 0: it has none
  std::string library;  // which knows what it was built for; empty: none
  std::vector<std::string> plugin_directories;  // those that hold plugins of Slurm's own
};

// The one that counts first, each once. That is the one whose slurmd runs, since it executes the steps here; else the
// first that PATH names; else what runs on a controller; else the first of the usual places.
std::vector<Installation> installations(const Node& node);

// Where its programs look for slurm.conf when SLURM_CONF does not say (--sysconfdir, when Slurm was built).
std::string usual_slurm_conf(const Node& node, const Installation& installation);

}  // namespace slipway::doctor
