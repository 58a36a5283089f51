// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/site.h"

#include <cstring>
#include <sstream>

#include "lib/base/text_file.h"

namespace slipway::doctor {

namespace {

// As the plugin reads them, but below the node's directory.
Settings settings_behind(const Node& node, PluginLine line) {
  for (std::string& word : line.words) {
    if (word.starts_with(kConfig)) word = kConfig + node.place_of(word.substr(strlen(kConfig)));
  }
  return read_settings(line.words, {}, line.place);
}

}  // namespace

Site site_of(const Node& node) {
  Site site;
  site.node = node;
  site.installed = installations(node);
  site.slurm = slurm_conf_of(node, site.installed);
  site.plugstack_conf = path_of_plugstack_conf(site.slurm);
  site.line = plugin_line(node, site.plugstack_conf);
  site.settings = settings_behind(node, site.line.value_or(PluginLine()));
  site.mounts = mount_table_of(node.text("/proc/self/mountinfo"));
  return site;
}

std::vector<std::string> plugin_directories(const Site& site) {
  std::vector<std::string> directories;
  if (const std::string named = site.slurm.value("plugindir"); !named.empty()) {
    std::istringstream list(named);
    for (std::string directory; std::getline(list, directory, ':');) directories.push_back(directory);
    return directories;
  }
  if (!site.installed.empty()) directories = site.installed[0].plugin_directories;
  if (directories.empty() && !site.node.matching(SLURMPLUGINDIR "/proctrack_*.so").empty()) return {SLURMPLUGINDIR};
  return directories;
}

}  // namespace slipway::doctor
