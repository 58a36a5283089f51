// SPDX-License-Identifier: BSD-3-Clause

// The second place of a release's helpers. An upgrade takes them out of LIBEXECDIR while what has started before, a
// plugin in slurmstepd or stage, goes on to execute them: so the packages keep them there until the next upgrade.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// Of a program in LIBEXECDIR that is not there any more. Of any other path, the path itself.
inline std::string replaced_path(std::string_view program) {
  constexpr std::string_view kInstalled = LIBEXECDIR "/";
  if (!program.starts_with(kInstalled)) return std::string(program);
  return REPLACEDDIR "/" + std::string(program.substr(kInstalled.size()));
}

}  // namespace slipway
