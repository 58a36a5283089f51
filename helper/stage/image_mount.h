// Root's only mounts: the images, read-only, in stage's private mount namespace, before the user's namespace exists.
// That order is what locks ro, nosuid and nodev against the user (mount_namespaces(7)).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helper/stage/image_reader.h"
#include "lib/protocol/request.h"

namespace slipway {

// The directory that stage covers with a tmpfs in its private namespace: the image, and above it the user's root tree.
// It holds nothing and serves nothing else, so covering it hides nothing from the step.
extern const char kWorkDirectory[];
inline constexpr char kImageName[] = "image";        // root's mount of the image
inline constexpr char kSkeletonName[] = "skeleton";  // for the user's half: what the image lacks
inline constexpr char kRootName[] = "root";          // for the user's half: the container's root
inline constexpr char kUpperName[] = "upper";        // for the user's half: what is written to it
inline constexpr char kCopiesName[] = "copies";      // for the user's half: changed copies of the host's files

// Gives this process a mount namespace of its own, in which mounts of the host still arrive but from which none goes
// back. Throws Error.
void make_private_mount_namespace();

struct ImageMount {
  // kSealed: by the kernel, from a copy that nobody can change (helper/user/sealed_copy.h).
  enum How { kBind, kKernel, kSealed, kFuse } how = kBind;
  std::string why;  // completes "the image ..."
};

// How each of a step's images is mounted.
struct ImageMounts {
  ImageMount root;
  std::vector<ImageMount> data;  // in the order of OpenedImages::data
};

// How they will be, without doing it: an image that is mounted for its data, the one that the step runs in, all.
// Throw Error: nobody may mount it.
ImageMount mount_of_data(const OpenedImage& image, const Request& request);
ImageMount mount_of_root(const OpenedImage& image, const Request& request);
ImageMounts mounts_of(const OpenedImages& images, const Request& request);

// Covers the work directory and mounts the images there so, unless the kernel must not: then (kFuse) nothing is
// mounted, and the user's half does it (helper/rootfs/fuse_mount.h). So it is, too, with a root that is to be written where the
// kernel cannot show it as the user's (before 6.2): `mounts` says so afterwards. Throws Error: no loop device, a file
// system that does not mount.
void mount_images(const OpenedImages& images, ImageMounts& mounts, const Request& request);

// Where in the work directory the image of the user's mount number `word` is.
std::string data_image_name(uint32_t word);

}  // namespace slipway
