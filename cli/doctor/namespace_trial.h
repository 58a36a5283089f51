// SPDX-License-Identifier: BSD-3-Clause

// A container's namespaces, made as stage makes them and gone at once. The kernel's settings do not tell who else
// forbids them: a chroot around slurmd, a filter of system calls (seccomp) of its service or container, a security
// module.
#pragma once

#include <cerrno>
#include <iterator>

#include "lib/protocol/wire.h"

namespace slipway::doctor {

// A part of it.
struct Attempt {
  enum State { kNotMade, kWorked, kFailed, kKilled } state = kNotMade;
  const char* what = "";  // worked, failed, or had its process killed
  int error = 0;          // errno of what failed
};

struct NamespaceTrial {
  bool is_roots = false;  // made as stage does it; else as this user may alone, who may less
  Attempt roots_mounts;   // root's own mount namespace, in which images are mounted; only root tries it
  Attempt users;          // the user and mount namespaces that a step's user owns, with id maps and power over mounts
  Attempt others[std::size(kUnsharable)];  // in that table's order, and only where `users` worked
};

// Leaves nothing behind, also when it is killed. Throws Error: there can be no process for it.
NamespaceTrial try_namespaces();

}  // namespace slipway::doctor
