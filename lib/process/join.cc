// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/join.h"

#include <sched.h>

#include "lib/process/privileges.h"

namespace slipway {

const char* join_container(const int* namespaces, int count) {
  for (int i = 0; i < count; ++i) {
    if (setns(namespaces[i], 0) != 0) return i == 0 ? "setns(user namespace)" : "setns";
    if (i > 0) continue;
    if (const char* const failed = become_undumpable()) return failed;
  }
  return nullptr;
}

}  // namespace slipway
