// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/device_table.h"

#include <fnmatch.h>
#include <glob.h>

#include <algorithm>

#include "lib/options/tables/table_file.h"

namespace slipway {

namespace {

// In the order of DeviceRule::Verb.
constexpr std::string_view kVerbs[] = {"show", "hide"};

std::vector<DeviceRule> rules_of_lines(const std::vector<TableLine>& lines) {
  std::vector<DeviceRule> rules;
  for (const TableLine& line : lines) {
    if (!line.name.starts_with('/')) refuse_line(line.where, kVerbs);
    rules.push_back({static_cast<DeviceRule::Verb>(line.verb), line.name});
  }
  return rules;
}

std::vector<std::string> paths_of(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

}  // namespace

std::vector<DeviceRule> device_rules_of(const std::string& text, const std::string& path) {
  return rules_of_lines(table_lines(text, path, kVerbs));
}

std::vector<DeviceRule> read_device_table(const std::string& own_table) {
  return rules_of_lines(read_tables("devices.conf", own_table, "devices", kVerbs));
}

std::vector<std::string> devices_shown(const std::vector<DeviceRule>& rules) {
  std::vector<std::string> shown;
  for (const DeviceRule& rule : rules) {
    if (rule.verb == DeviceRule::kHide) {
      std::erase_if(shown, [&](const std::string& path) {
        return fnmatch(rule.pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0;
      });
      continue;
    }
    for (const std::string& path : paths_of(rule.pattern)) {
      if (std::find(shown.begin(), shown.end(), path) == shown.end()) shown.push_back(path);
    }
  }
  return shown;
}

}  // namespace slipway
