// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: whatever a user types or exports, reading it ends with an answer or an Error; and what a client makes of
// it is understood on the nodes, as it was meant.
#include <cstddef>
#include <cstdint>
#include <string>

#include "lib/base/error.h"
#include "lib/options/option_table.h"
#include "lib/options/options.h"
#include "plugin/components.h"

namespace {

using namespace slipway;

// The settings as the fuzzer's input has them, on lines; the first line is the directory.
void try_paths(const std::string& directory, const OptionValues& values) {
  OptionValues absolute;
  try {
    absolute = with_absolute_paths(values, directory);
  } catch (const Error&) {
    return;
  }
  // Understood again, and no other the second time, wherever that is.
  if (with_absolute_paths(absolute, "/elsewhere") != absolute) __builtin_trap();
  const Options options = read_options(absolute);
  for (const MountWord& word : options.mounts) {
    if (word.kind == MountWord::kBind && word.source[0] != '/') __builtin_trap();
    if (!word.target.empty() && word.target[0] != '/') __builtin_trap();
  }
  if (!options.overlay.empty() && options.overlay[0] != '/') __builtin_trap();
  // As it travels, in one line.
  if (values_in(to_text(absolute)) != absolute) __builtin_trap();
  if (to_text(absolute).find('\n') != std::string::npos) __builtin_trap();
  const ComponentOptions components = {{0, absolute}, {7, {}}, {127, absolute}};
  if (read_components(to_text(components)) != components) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    read_components(text);
  } catch (const Error&) {
  }
  const size_t end = text.find('\n');
  if (end == text.npos) return 0;
  const std::string directory = "/" + text.substr(0, end);
  OptionValues values;
  try {
    values = values_in(std::string_view(text).substr(end + 1));
    read_options(values);
  } catch (const Error&) {
  }
  try_paths(directory, values);
  // Anything as the value of one of them, line ends too.
  const OptionSpelling& spelling = option_spellings()[end % option_spellings().size()];
  if (spelling.argument) try_paths(directory, {{spelling.setting, text.substr(end + 1)}});
  return 0;
}
