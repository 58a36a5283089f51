// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/slurm_conf.h"

#include <strings.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iterator>

namespace slipway::doctor {

namespace {

constexpr int kDeepestInclude = 8;

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
  return small;
}

// A backslash at a line's end takes the next line along.
std::string without_continuations(std::string text) {
  for (size_t end; (end = text.find("\\\n")) != text.npos;) text.replace(end, 2, "  ");
  return text;
}

// Takes "KEY = VALUE" off `line`; the value may stand in quotes. False at its end.
bool take_pair(std::string_view& line, std::string& key, std::string& value) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto skip_blanks = [&] { line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size())); };
  skip_blanks();
  key = in_small_letters(line.substr(0, line.find_first_of("= \t\r")));
  line.remove_prefix(key.size());
  skip_blanks();
  if (!line.starts_with('=')) return false;
  line.remove_prefix(1);
  skip_blanks();
  const bool is_quoted = line.starts_with('"');
  if (is_quoted) line.remove_prefix(1);
  value = line.substr(0, is_quoted ? line.find('"') : line.find_first_of(kBlanks));
  line.remove_prefix(std::min(value.size() + is_quoted, line.size()));
  return true;
}

void read_file(const Node& node, SlurmConf& conf, const std::string& path, int depth) {
  if (!node.is_readable(path)) {
    conf.unreadable.push_back(path);
    return;
  }
  const std::string text = without_continuations(node.text(path));
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    line = line.substr(0, line.find('#'));
    const std::vector<std::string> words = words_of(line);
    if (words.size() == 2 && strcasecmp(words[0].c_str(), "include") == 0) {
      const bool is_absolute = words[1].starts_with('/');
      if (depth < kDeepestInclude) {
        read_file(node, conf, is_absolute ? words[1] : conf.directory() + words[1], depth + 1);
      }
      continue;
    }
    for (std::string key, value; take_pair(line, key, value);) conf.values[key] = value;
  }
}

}  // namespace

std::string SlurmConf::value(const std::string& key) const {
  const auto found = values.find(key);
  return found == values.end() ? "" : found->second;
}

bool SlurmConf::has(const std::string& key, std::string_view word) const {
  const std::string list = "," + in_small_letters(value(key)) + ",";
  return list.find("," + in_small_letters(word) + ",") != list.npos;
}

// Of the key's words these stand for "associations", too (slurm.conf(5)).
bool SlurmConf::checks_accounts() const {
  constexpr std::string_view kWords[] = {"associations", "limits", "qos", "safe", "wckeys", "all"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return has("accountingstorageenforce", word); });
}

std::string path_of_slurm_conf(const Node& node, const std::string& usual) {
  if (const char* const named = getenv("SLURM_CONF")) return named;
  for (const std::string& path : {usual, std::string("/run/slurm/conf/slurm.conf")}) {
    if (node.exists(path)) return path;
  }
  return "";
}

SlurmConf read_slurm_conf(const Node& node, const std::string& path) {
  SlurmConf conf;
  conf.path = path;
  if (!path.empty()) read_file(node, conf, path, 0);
  return conf;
}

SlurmConf slurm_conf_of(const Node& node, const std::vector<Installation>& installed) {
  const std::string usual = installed.empty() ? SlurmConf().usual : usual_slurm_conf(node, installed[0]);
  SlurmConf conf = read_slurm_conf(node, path_of_slurm_conf(node, usual));
  conf.usual = usual;
  return conf;
}

}  // namespace slipway::doctor
