// SPDX-License-Identifier: BSD-3-Clause

// Text files, read without <fstream>: its start-up would be paid for by every srun and slurmstepd, and by every process
// of stage.
#pragma once

#include <string>

#include "lib/base/fd.h"

namespace slipway {

// For files of the system's, as procfs has them: what could be read of it; empty when that is nothing.
std::string text_of_file(const std::string& path);

// For files of anybody's, opened with O_NONBLOCK: at most `most` bytes of a regular file; empty when it is none, or
// when `file` is not open.
std::string text_of_regular_file(const Fd& file, size_t most);

// The value of the line "<name>:<blanks><value>", as procfs writes them; empty when there is no such line.
std::string field_of(const std::string& text, const std::string& name);

}  // namespace slipway
