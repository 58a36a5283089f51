// SPDX-License-Identifier: BSD-3-Clause

// Whether the kernel has a part that may be a module.
#pragma once

#include <string>

#include "cli/doctor/node.h"

namespace slipway::doctor {

struct KernelModule {
  enum State {
    kThere,     // in the kernel, or loaded
    kLoadable,  // the kernel loads it when it is asked for
    kBlocked,   // modprobe is told not to load it
    kAbsent,
    kUnknown,  // the modules of this kernel cannot be seen
  } state;
  std::string where;  // of kBlocked: the file, with the line
};

// `name` is of a file system too, as /proc/filesystems has it.
KernelModule kernel_module(const Node& node, const std::string& name);

}  // namespace slipway::doctor
