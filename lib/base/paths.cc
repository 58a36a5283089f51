// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/paths.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <iterator>

namespace slipway {

bool is_at_or_below(std::string_view path, std::string_view directory) {
  if (!path.starts_with(directory)) return false;
  return path.size() == directory.size() || directory == "/" || path[directory.size()] == '/';
}

std::string normal_path(std::string_view absolute) {
  std::string path;
  while (!absolute.empty()) {
    const std::string_view name = absolute.substr(0, absolute.find('/'));
    absolute.remove_prefix(std::min(name.size() + 1, absolute.size()));
    if (name.empty() || name == ".") continue;
    if (name == "..") path.erase(path.empty() ? 0 : path.find_last_of('/'));
    else path.append("/").append(name);
  }
  return path.empty() ? "/" : path;
}

bool belongs_to_image(const std::string& written) {
  const std::string path = normal_path(written);
  constexpr const char* kExactly[] = {"/", "/home", "/mnt", "/opt", "/root", "/run", "/srv", "/var"};
  constexpr const char* kBelow[] = {"/bin",   "/boot", "/dev",  "/etc", "/lib", "/lib32",
                                    "/lib64", "/proc", "/sbin", "/sys", "/usr"};
  return std::find(std::begin(kExactly), std::end(kExactly), path) != std::end(kExactly) ||
         std::any_of(std::begin(kBelow), std::end(kBelow),
                     [&](const std::string& directory) { return is_at_or_below(path, directory); });
}

std::string resolved_path(const std::string& absolute) {
  char path[PATH_MAX];
  return realpath(absolute.c_str(), path) ? path : normal_path(absolute);
}

}  // namespace slipway
