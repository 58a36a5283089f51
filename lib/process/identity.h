// SPDX-License-Identifier: BSD-3-Clause

// Who a process of stage is: from root to the user, and the id maps of the user's namespace.
#pragma once

#include <sys/types.h>

#include <string>

#include "lib/base/fd.h"
#include "lib/protocol/request.h"

namespace slipway {

// Both take the user's uid, gid and groups for good (real, effective and saved), leave the process undumpable, and
// have it killed when its parent dies. Throw Error.
void become_user(const Request& request);                  // without any capability
void become_user_who_can_unshare(const Request& request);  // with CAP_SYS_ADMIN in the permitted set alone

// What follows returns the system call that failed, with errno, or nullptr, as in lib/process/privileges.h: slipway
// doctor tries it and says what failed (cli/doctor/namespace_trial.h).

// The latter's ids and capabilities, without the rest.
[[nodiscard]] const char* take_ids_to_unshare(const Request& request);

// To be called by the latter just before it unshares.
[[nodiscard]] const char* make_unshare_effective();

// What is written to a gid_map (user_namespaces(7)) for the user's gids. Those that the kernel has no room for stay in
// force, and show as nogroup.
std::string gid_map(const Request& request, bool as_root);

// Called by root for a child that has unshared its user namespace: maps the user's uid and each of the user's gids to
// itself, or uid and gid to 0 (`as_root`), and denies setgroups, so that no right is gained.
[[nodiscard]] const char* write_identity_maps(pid_t child, const Request& request, bool as_root);

// A user namespace in which id 0 stands for the user: as the id map of a mount, it shows what root owns in an image as
// the user's. Empty when this kernel or site gives none: then such files show as nobody's, which is only less pretty.
Fd make_image_owner_map(const Request& request);

}  // namespace slipway
