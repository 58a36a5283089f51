// SPDX-License-Identifier: BSD-3-Clause

// Capabilities, and giving them up. Each returns the system call that failed, with errno, or nullptr.
#pragma once

#include <stdint.h>

namespace slipway {

// Sets these two to exactly the masks (bits as in linux/capability.h), inheritable to none.
const char* set_capabilities(uint64_t effective, uint64_t permitted);

// For a process that will run the user's program: no capability in any set, none to regain through execve (empty
// bounding set), no_new_privs.
const char* give_up_all_privileges();

// After every change of credentials, which can make a process dumpable: a user who ptraces it could take its
// descriptors.
const char* become_undumpable();

}  // namespace slipway
