// SPDX-License-Identifier: BSD-3-Clause

// The upper layer of a container that is written in memory, where the site has writable_layer=ext4. overlayfs notes in
// attributes of users (user.overlay.*) what was removed, and tmpfs has those from Linux 6.6 on; before, root makes an
// ext4 in memory, which always had them. No cgroup counts that memory: hence the key.
#pragma once

#include <string>

#include "lib/protocol/request.h"

namespace slipway {

struct UpperLayer {
  bool is_mounted = false;
  std::string failure;  // why it is not, where it should be; empty: it need not be
};

// Called by root in stage's work directory, before the user's namespace exists: where the site wants it and the work
// directory's tmpfs has no such attributes, mounts at kUpperName (lib/protocol/work_directory.h) an ext4 of
// Settings::writable_size that the user owns.
UpperLayer mount_upper_layer(const Request& request);

}  // namespace slipway
