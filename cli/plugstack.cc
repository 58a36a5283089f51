#include "cli/plugstack.h"

#include <glob.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

namespace slipway {

namespace {

constexpr char kPlugin[] = "spank_slipway.so";
constexpr int kDeepestInclude = 8;

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream text(line.substr(0, line.find('#')));
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

std::vector<std::string> files_matching(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> files;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return files;
}

struct Line {
  std::vector<std::string> words;  // behind the plugin's path
  std::string place;
};

// Of the plugin, where `path` or what it includes has such a line.
std::optional<Line> find_line(const std::string& path, int depth) {
  std::ifstream file(path);
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::vector<std::string> words = words_of(line);
    if (words.size() < 2) continue;
    if (words[0] == "include" && depth < kDeepestInclude) {
      for (const std::string& included : files_matching(words[1])) {
        if (auto found = find_line(included, depth + 1)) return found;
      }
    } else if (words[1].substr(words[1].find_last_of('/') + 1) == kPlugin) {
      return Line{{words.begin() + 2, words.end()}, path + " line " + std::to_string(number)};
    }
  }
  return std::nullopt;
}

std::optional<Line> find_line_of_this_node() {
  const char* const conf = getenv("SLURM_CONF");
  const std::string slurm_conf = conf ? conf : "/etc/slurm/slurm.conf";
  return find_line(slurm_conf.substr(0, slurm_conf.find_last_of('/') + 1) + "plugstack.conf", 0);
}

}  // namespace

Settings settings_of_this_node(const Subject& subject) {
  const Line line = find_line_of_this_node().value_or(Line());
  return read_settings(line.words, subject, line.place);
}

bool is_configured_on_this_node() { return find_line_of_this_node().has_value(); }

}  // namespace slipway
