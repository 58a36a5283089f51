// SPDX-License-Identifier: BSD-3-Clause

// Programs of ours that read what others wrote, with large libraries: they run as nobody that root or a user is, so
// that neither of them can be made to lie by the other.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "lib/base/fd.h"
#include "lib/process/child.h"

namespace slipway {

// No account has it: what systemd (its UIDS-GIDS page) and distributions leave free below nobody's.
inline constexpr uid_t kNobody = 65533;

// For a process of root's that is about to execute such a program: it becomes nobody, dies with `parent`, and has no
// more than this much memory (bytes), no files to write, and no way to gain a right. For another process the last of
// these only. Throw Error.
void become_nobody(pid_t parent);
void limit_resources(rlim_t memory);

class NobodysProgram {
 public:
  // Executes words[0] with an empty environment: as nobody where this process is root's, else as its user. Throws
  // Error: there can be no process.
  explicit NobodysProgram(const std::vector<std::string>& words);

  // What it wrote, at most `most` bytes, when it has ended; nothing: it is not installed, wrote more, failed, or took
  // longer than `milliseconds` from now on, and was killed for it.
  std::optional<std::string> output(size_t most, int milliseconds);

 private:
  Fd output_;
  std::optional<Child> child_;
};

}  // namespace slipway
