// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/plugstack.h"

#include <sstream>

namespace slipway {

namespace {

using doctor::Node;

constexpr int kDeepestInclude = 8;

void add_lines(std::vector<StackLine>& lines, const Node& node, const std::string& path, int depth) {
  std::istringstream file(node.text(path));
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::vector<std::string> words = doctor::words_of(line.substr(0, line.find('#')));
    if (words.empty()) continue;
    if (words[0] != "include") lines.push_back({path, path + " line " + std::to_string(number), words});
    else if (words.size() > 1 && depth < kDeepestInclude) {
      const std::string directory = words[1].starts_with('/') ? "" : path.substr(0, path.find_last_of('/') + 1);
      for (const std::string& included : node.matching(directory + words[1])) {
        add_lines(lines, node, included, depth + 1);
      }
    }
  }
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

std::vector<StackLine> lines_of_plugstack(const Node& node, const std::string& plugstack_conf) {
  std::vector<StackLine> lines;
  add_lines(lines, node, plugstack_conf, 0);
  return lines;
}

std::optional<PluginLine> plugin_line(const Node& node, const std::string& plugstack_conf, const std::string& plugin) {
  for (const auto& [file, place, words] : lines_of_plugstack(node, plugstack_conf)) {
    if (words.size() < 2 || words[1].substr(words[1].find_last_of('/') + 1) != plugin) continue;
    return PluginLine{file, place, words[0], words[1], {words.begin() + 2, words.end()}};
  }
  return std::nullopt;
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
