#include "cli/plugstack.h"

#include <sstream>

namespace slipway {

namespace {

using doctor::Node;

constexpr int kDeepestInclude = 8;

std::optional<PluginLine> find_line(const Node& node, const std::string& path, const std::string& plugin, int depth) {
  std::istringstream file(node.text(path));
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::vector<std::string> words = doctor::words_of(line.substr(0, line.find('#')));
    if (words.size() < 2) continue;
    if (words[0] == "include" && depth < kDeepestInclude) {
      const std::string directory = words[1].starts_with('/') ? "" : path.substr(0, path.find_last_of('/') + 1);
      for (const std::string& included : node.matching(directory + words[1])) {
        if (auto found = find_line(node, included, plugin, depth + 1)) return found;
      }
    } else if (words[1].substr(words[1].find_last_of('/') + 1) == plugin) {
      const std::string place = path + " line " + std::to_string(number);
      return PluginLine{path, place, words[0], words[1], {words.begin() + 2, words.end()}};
    }
  }
  return std::nullopt;
}

doctor::SlurmConf slurm_conf_of_this_node() {
  const Node node;
  return slurm_conf_of(node, doctor::installations(node));
}

std::optional<PluginLine> line_in(const doctor::SlurmConf& slurm) {
  return plugin_line(Node(), path_of_plugstack_conf(slurm));
}

}  // namespace

std::string path_of_plugstack_conf(const doctor::SlurmConf& slurm) {
  const std::string named = slurm.value("plugstackconfig");
  return named.empty() ? slurm.directory() + "plugstack.conf" : named;
}

std::optional<PluginLine> plugin_line(const Node& node, const std::string& plugstack_conf, const std::string& plugin) {
  return find_line(node, plugstack_conf, plugin, 0);
}

Settings settings_of_this_node(Subject subject) {
  const doctor::SlurmConf slurm = slurm_conf_of_this_node();
  const PluginLine line = line_in(slurm).value_or(PluginLine());
  subject.is_checked = slurm.checks_accounts();
  return read_settings(line.words, subject, line.place);
}

bool accounts_are_checked_on_this_node() { return slurm_conf_of_this_node().checks_accounts(); }

bool is_configured_on_this_node() { return line_in(slurm_conf_of_this_node()).has_value(); }

}  // namespace slipway
