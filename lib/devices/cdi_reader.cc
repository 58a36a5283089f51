// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/cdi_reader.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "lib/base/error.h"
#include "lib/process/nobody.h"
#include "lib/process/replaced.h"

namespace slipway {

namespace {

constexpr size_t kLongestAnswer = 16 << 20;

bool is_spec_name(std::string_view name) { return name.ends_with(".json") || name.ends_with(".yaml"); }

}  // namespace

std::vector<std::string> cdi_files_in(const std::string& directory) {
  std::vector<std::string> files;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(opendir(directory.c_str()), closedir);
  if (!open && (errno == ENOENT || errno == ENOTDIR)) return files;
  if (!open) throw system_error(printable(directory), "open", "ask the admin to let everybody read it");
  while (const dirent* entry = readdir(open.get())) {
    if (is_spec_name(entry->d_name) && entry->d_type != DT_DIR) files.push_back(directory + "/" + entry->d_name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool has_cdi_specs(const std::vector<std::string>& directories) {
  return std::any_of(directories.begin(), directories.end(), [](const std::string& directory) {
    try {
      return !cdi_files_in(directory).empty();
    } catch (const Error&) {
      return false;
    }
  });
}

CdiRegistry read_cdi_registry(const std::vector<std::string>& directories, const char* program,
                              std::chrono::milliseconds patience) {
  if (!has_cdi_specs(directories)) return {};
  if (access(program, F_OK) != 0 && access(replaced_path(program).c_str(), F_OK) != 0) {
    throw Error(program, "this slipway was built without yaml-cpp",
                "ask the admin to build it where libyaml-cpp-dev (yaml-cpp-devel) is installed");
  }
  std::vector<std::string> words = {program};
  words.insert(words.end(), directories.begin(), directories.end());
  const auto text = NobodysProgram(words).output(kLongestAnswer, static_cast<int>(patience.count()));
  if (!text || text->empty()) {
    throw Error(program, "gave no answer", "ask the admin to look at the CDI specs of this node, and at its memory");
  }
  return cdi_registry_of_text(*text);
}

}  // namespace slipway
