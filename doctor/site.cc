#include "doctor/site.h"

#include <sstream>

#include "helper/text_file.h"

namespace slipway::doctor {

namespace {

constexpr std::string_view kConfig = "config=";

// As the plugin reads them, but below the node's directory.
Settings settings_behind(const Node& node, PluginLine line) {
  for (std::string& word : line.words) {
    if (word.starts_with(kConfig)) word = std::string(kConfig) + node.place_of(word.substr(kConfig.size()));
  }
  return read_settings(line.words, {}, line.place);
}

}  // namespace

Site site_of(const Node& node) {
  Site site;
  site.node = node;
  site.slurm = read_slurm_conf(node, path_of_slurm_conf(node));
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
  for (const char* pattern : {SLURMPLUGINDIR, "/usr/lib/*/slurm-wlm", "/usr/lib64/slurm", "/usr/lib/slurm",
                              "/usr/local/lib/slurm", "/usr/local/lib64/slurm", "/opt/slurm/lib*/slurm"}) {
    for (const std::string& directory : site.node.matching(pattern)) {
      if (!site.node.matching(directory + "/proctrack_*.so").empty()) directories.push_back(directory);
    }
  }
  return directories;
}

}  // namespace slipway::doctor
