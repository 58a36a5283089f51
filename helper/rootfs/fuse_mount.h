// SPDX-License-Identifier: BSD-3-Clause

// A FUSE mount of the image, for the user's half: made by the user, inside the user's namespaces, so that no process
// of root ever waits for a server that is the user's.
#pragma once

#include <string>

#include "lib/base/fd.h"
#include "lib/protocol/request.h"

namespace slipway {

struct FuseMount {
  Fd device;            // the opened /dev/fuse
  unsigned connection;  // its number in fusectl (fuse(4)), which is the mount's device number
};

// Mounts at `where` in the working directory. The device belongs to the server alone: until it has it, whatever touches
// the mount waits. `name` is the image's, for the error. Throws Error.
FuseMount mount_fuse(const std::string& where, const std::string& name);

// Returns when the server answers. Throws Error when it ended instead.
void wait_for_fuse_server(const std::string& where, const std::string& name, const Request& request);

// Mounts an overlay in front of the root's image, where the kernel can (5.11). FUSE asks its server at each ioctl, as
// Python makes one for every file that it opens, and before overlayfs it knows itself that there is none.
void shield_fuse_mount();

}  // namespace slipway
