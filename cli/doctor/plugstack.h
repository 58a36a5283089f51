// SPDX-License-Identifier: BSD-3-Clause

// The admin's settings as the plugin gets them, for a command that Slurm does not start.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/doctor/node.h"
#include "cli/doctor/slurm_conf.h"
#include "lib/options/settings.h"

namespace slipway {

struct StackLine {
  std::string file;   // in which it stands
  std::string place;  // for people: "/etc/slurm/plugstack.conf line 3"
  std::vector<std::string> words;
};

struct PluginLine {
  std::string file, place;
  std::string requirement;  // "required" or "optional"
  std::string plugin;       // its path, or its name in Slurm's plugin directory
  std::vector<std::string> words;
};

// Where Slurm looks for plugins' lines: PlugStackConfig, or plugstack.conf beside slurm.conf.
std::string path_of_plugstack_conf(const doctor::SlurmConf& slurm);

// Those of plugstack.conf and, in the place of an include, of what it includes (spank(8)), without comments.
std::vector<StackLine> lines_of_plugstack(const doctor::Node& node, const std::string& plugstack_conf);

// The line of the plugin with this file name.
std::optional<PluginLine> plugin_line(const doctor::Node& node, const std::string& plugstack_conf,
                                      const std::string& plugin = "spank_slipway.so");

// Those behind the plugin's path, for whom slurm.conf says to be checked or not. The defaults where there is no such
// line, and `error` set where it cannot be obeyed.
Settings settings_of_this_node(Subject subject);

// What slurm.conf says of Subject::is_checked.
bool accounts_are_checked_on_this_node();

// Whether there is such a line.
bool is_configured_on_this_node();

}  // namespace slipway
