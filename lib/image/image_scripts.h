// SPDX-License-Identifier: BSD-3-Clause

// The shell scripts that set an image's environment, which images that Apptainer or Singularity built have. What runs
// them: helper/user/image_environment.h.
#pragma once

#include "lib/options/terms.h"

namespace slipway {

inline constexpr char kEnvironmentScripts[] = "/.singularity.d/env";
inline constexpr char kEnvironmentShell[] = "/bin/sh";
inline constexpr char kBash[] = "/bin/bash";  // where the image has it: it knows what the interpreter of Apptainer knows

// To be asked inside the container: whether there are scripts, or an app whose paths are to be set; and a shell to run
// them.
bool has_environment_scripts(const Terms& terms);
bool has_environment_shell();

}  // namespace slipway
