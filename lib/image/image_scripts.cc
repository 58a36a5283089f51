// SPDX-License-Identifier: BSD-3-Clause
#include "lib/image/image_scripts.h"

#include <dirent.h>
#include <unistd.h>

#include <string_view>

namespace slipway {

bool has_environment_scripts(const Terms& terms) {
  if (!terms.options.app.empty()) return true;
  DIR* const directory = opendir(kEnvironmentScripts);
  if (!directory) return false;
  bool found = false;
  while (const dirent* entry = readdir(directory)) found |= std::string_view(entry->d_name).ends_with(".sh");
  closedir(directory);
  return found;
}

bool has_environment_shell() { return access(kEnvironmentShell, X_OK) == 0 || access(kBash, X_OK) == 0; }

}  // namespace slipway
