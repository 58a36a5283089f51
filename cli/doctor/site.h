// SPDX-License-Identifier: BSD-3-Clause

// What the checks look at: the node, and what its admin configured.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/doctor/installation.h"
#include "cli/doctor/namespace_trial.h"
#include "cli/doctor/node.h"
#include "cli/doctor/plugstack.h"
#include "cli/doctor/slurm_conf.h"
#include "lib/kernel/mount_table.h"
#include "lib/options/settings.h"

namespace slipway::doctor {

struct Site {
  Node node;
  std::vector<Installation> installed;  // of Slurm
  SlurmConf slurm;
  std::string plugstack_conf;  // its path
  std::optional<PluginLine> line;
  Settings settings;
  std::vector<MountEntry> mounts;  // those of this process's mount namespace
  // Files do not answer it; unit tests do, in its place.
  std::function<NamespaceTrial()> try_namespaces = doctor::try_namespaces;
};

Site site_of(const Node& node);

// Where Slurm looks for plugins: PluginDir, else those of the installation that counts, else what Slipway was built
// for.
std::vector<std::string> plugin_directories(const Site& site);

}  // namespace slipway::doctor
