// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: whatever an admin writes, as words of plugstack.conf or as a file, ends with settings or with a sentence;
// and what the plugin passes on to stage means the same there. Needs root for the file.
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/error.h"
#include "lib/options/settings.h"
#include "lib/options/terms.h"

namespace {

using namespace slipway;

void check(const Settings& settings) {
  if (!settings.error.empty()) return;
  const Settings again = read_settings(settings.words, {});
  if (!again.error.empty() || again.words != settings.words) __builtin_trap();
  if (again.mounts != settings.mounts || again.env_set != settings.env_set) __builtin_trap();
  terms_of({}, settings);  // what is good by itself needs no more asking
}

std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == '\n')
      words.emplace_back();
    else
      words.back().push_back(c);
  }
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("config", MFD_CLOEXEC);
  static const std::vector<std::string> config = {"config=/proc/self/fd/" + std::to_string(file)};
  if (fchmod(file, 0644) != 0 || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size))
    return 0;
  check(read_settings(config));
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find("config=") == text.npos) check(read_settings(words_in(text)));  // not the files of this machine
  return 0;
}
