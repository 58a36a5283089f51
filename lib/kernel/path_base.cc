// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/path_base.h"

#include <unistd.h>

#include <cctype>

#include "lib/base/error.h"

namespace slipway {

PathPrefix path_prefix_of(std::string_view path, const PathBase& base) {
  if (path.starts_with('/')) return {};
  if (!base.home.empty() && (path == "~" || path.starts_with("~/"))) return {base.home, 1};
  return {base.directory + (base.directory.ends_with('/') ? "" : "/"), 0};
}

void refuse_variables(const std::string& path, const std::string& what) {
  for (size_t dollar = path.find('$'); dollar != path.npos; dollar = path.find('$', dollar + 1)) {
    const unsigned char next = dollar + 1 < path.size() ? path[dollar + 1] : '\0';
    if (!isalpha(next) && next != '_' && next != '{') continue;
    if (access(path.c_str(), F_OK) == 0) return;
    throw Error(what, "holds a variable, which nothing expands there",
                "write the path itself, or type the option where a shell expands it");
  }
}

std::string absolute_path(const std::string& path, const PathBase& base, const std::string& what) {
  const PathPrefix prefix = path_prefix_of(path, base);
  const std::string absolute = prefix.text + path.substr(prefix.length);
  refuse_variables(absolute, what);
  return absolute;
}

}  // namespace slipway
