// SPDX-License-Identifier: BSD-3-Clause

// Warms the page cache for the step's program. The mount is fresh, so its cache is empty: without this, all ranks of a
// node would wait at once for the same first blocks, which a loop device reads through a kernel thread that competes
// with them for the node's cores.
#pragma once

#include <string>

namespace slipway {

// Reads the program that `command` names: the file, its interpreter and the libraries it needs, up to a bound; before
// it the shell, where the image's environment (helper/user/image_environment.h) needs one. Stands outside the
// container, while that is being built: a path counts as the image's when the image (mounted in stage's work directory)
// has it, else as the host's, as it will for the step's own directories. Never throws: what it does not find, the rank
// will report.
void prefetch_program(const std::string& command, const std::string& cwd) noexcept;

}  // namespace slipway
