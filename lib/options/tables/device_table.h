// SPDX-License-Identifier: BSD-3-Clause

// Which devices of the node each container has besides the small /dev: the table that is installed
// (conf/devices.conf), and what the admin's own adds.
#pragma once

#include <string>
#include <vector>

namespace slipway {

struct DeviceRule {
  enum Verb { kShow, kHide } verb = kShow;
  std::string pattern;  // an absolute path, as glob(7) has them
};

// The lines of both files, in order. `own_table` may be empty: there is none. Throws Error: a file that cannot be read,
// or a line that is not understood.
std::vector<DeviceRule> read_device_table(const std::string& own_table);

// The lines of one file's `text`; `path` is for the error.
std::vector<DeviceRule> device_rules_of(const std::string& text, const std::string& path);

// What this node has of them, in the rules' order, each once: the paths that a rule shows and none behind it hides.
std::vector<std::string> devices_shown(const std::vector<DeviceRule>& rules);

}  // namespace slipway
