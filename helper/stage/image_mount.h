// SPDX-License-Identifier: BSD-3-Clause

// Root's only mounts: the images, read-only, in stage's private mount namespace, before the user's namespace exists.
// That order is what locks ro, nosuid and nodev against the user (mount_namespaces(7)).
#pragma once

#include "lib/image/open_images.h"
#include "lib/policy/mount_choice.h"
#include "lib/protocol/request.h"

namespace slipway {

// Gives this process a mount namespace of its own, in which mounts of the host still arrive but from which none goes
// back. Throws Error.
void make_private_mount_namespace();

// Covers the work directory and mounts the images there so, unless the kernel must not: then (kFuse) nothing is
// mounted, and the user's half does it (helper/rootfs/fuse_mount.h). So it is, too, with a root that is to be written
// where the kernel cannot show it as the user's (before 6.2): `mounts` says so afterwards. Throws Error: no loop
// device, a file system that does not mount.
void mount_images(const OpenedImages& images, ImageMounts& mounts, const Request& request);

}  // namespace slipway
