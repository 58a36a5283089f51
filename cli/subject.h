// SPDX-License-Identifier: BSD-3-Clause

// For whom a command that Slurm does not start reads the admin's settings.
#pragma once

#include <string>

#include "lib/options/setting_words.h"

namespace slipway {

// This process's groups, and the partition and account of the job that it runs in.
Subject subject_of_process();

// A user's groups, of no job. Throws Error: there is no such user.
Subject subject_of_user(const std::string& name);

}  // namespace slipway
