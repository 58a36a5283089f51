// Root's only mounts: the image, read-only, in stage's private mount namespace, before the user's namespace exists.
// That order is what locks ro, nosuid and nodev against the user (mount_namespaces(7)).
#pragma once

#include <string>

#include "helper/image_reader.h"
#include "helper/request.h"

namespace slipway {

// The directory that stage covers with a tmpfs in its private namespace: the image, and above it the user's root tree.
// It holds nothing and serves nothing else, so covering it hides nothing from the step.
extern const char kWorkDirectory[];
inline constexpr char kImageName[] = "image";        // root's mount of the image
inline constexpr char kSkeletonName[] = "skeleton";  // for the user's half: what the image lacks
inline constexpr char kRootName[] = "root";          // for the user's half: the container's root

// Gives this process a mount namespace of its own, in which mounts of the host still arrive but from which none goes
// back. Throws Error.
void make_private_mount_namespace();

struct ImageMount {
  enum How { kBind, kKernel, kFuse } how = kBind;
  std::string why;  // completes "the image ..."
};

// Covers the work directory and mounts the image there, unless the kernel must not: then (kFuse) nothing is mounted,
// and the user's half does it (helper/fuse_mount.h). Throws Error: no loop device, a file system that does not mount.
ImageMount mount_image(const OpenedImage& image, const Request& request);

}  // namespace slipway
