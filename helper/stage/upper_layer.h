// SPDX-License-Identifier: BSD-3-Clause

// The upper layer of a container that is written in memory. overlayfs notes in attributes of users (user.overlay.*)
// what was removed, and tmpfs has those from Linux 6.6 on; before, root makes an ext4 in memory, which always had them.
#pragma once

#include "lib/protocol/request.h"

namespace slipway {

// Called by root in stage's work directory, before the user's namespace exists: where the work directory's tmpfs has no
// such attributes, mounts at kUpperName (lib/protocol/work_directory.h) an ext4 of Settings::writable_size that the
// user owns. False: nothing is mounted, since tmpfs will do, or since this node lacks what it takes (mke2fs, a loop
// device, ext4).
bool mount_upper_layer(const Request& request);

}  // namespace slipway
