// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/elsewhere.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway {

namespace {

constexpr const char* kDirectories[] = {"/usr/local/bin", "/usr/local/sbin", "/usr/bin",  "/usr/sbin",
                                        "/bin",           "/sbin",           "/opt/bin",  "/usr/games",
                                        "/opt/conda/bin", "/app",            "/app/bin",  "/usr/local/cuda/bin"};
constexpr const char* kParents[] = {"/opt", "/usr/local", "/usr/lib", "/usr/lib64", "/usr/libexec"};  // of */bin
constexpr int kMostEntries = 1000;  // of each parent

bool is_program(const char* path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

bool find_below(const char* parent, const char* command, const char* root, char* out, size_t size) {
  if (snprintf(out, size, "%s%s", root, parent) >= static_cast<int>(size)) return false;
  DIR* const directory = opendir(out);
  if (!directory) return false;
  bool found = false;
  for (int i = 0; !found && i < kMostEntries; ++i) {
    const dirent* const entry = readdir(directory);
    if (!entry) break;
    if (entry->d_name[0] == '.') continue;
    const int length = snprintf(out, size, "%s%s/%s/bin/%s", root, parent, entry->d_name, command);
    found = length < static_cast<int>(size) && is_program(out);
  }
  closedir(directory);
  return found;
}

}  // namespace

bool find_elsewhere(const char* command, const char* root, char* out, size_t size) {
  for (const char* directory : kDirectories) {
    const int length = snprintf(out, size, "%s%s/%s", root, directory, command);
    if (length < static_cast<int>(size) && is_program(out)) return true;
  }
  for (const char* parent : kParents) {
    if (find_below(parent, command, root, out, size)) return true;
  }
  return false;
}

}  // namespace slipway
