// SPDX-License-Identifier: BSD-3-Clause
#include "lib/policy/mount_choice.h"

#include <sys/stat.h>

#include "lib/base/error.h"
#include "lib/policy/trust.h"

namespace slipway {

namespace {

// Those who make a squashfs pad it to 4 KiB, but for mksquashfs -nopad. Of a file that ends sooner, a loop device does
// not have the last block.
bool ends_with_whole_block(const OpenedImage& image) {
  struct stat status;
  if (fstat(image.fd.get(), &status) != 0) throw system_error(image.name, "fstat");
  const uint64_t blocks = (image.root.size + kLoopBlock - 1) / kLoopBlock;
  return image.root.offset + blocks * kLoopBlock <= static_cast<uint64_t>(status.st_size);
}

}  // namespace

ImageMount mount_of_data(const OpenedImage& image, const Request& request) {
  if (image.root.kind == RootKind::kDirectory) return {ImageMount::kBind, "is a directory, shown as it is"};
  // Root's own FUSE server would be root's process that reads hostile bytes.
  const bool is_squashfs = image.root.kind == RootKind::kSquashfs;
  const MountKernel choice =
      request.uid == 0 || (!is_squashfs && request.settings.mount_kernel == MountKernel::kAnySquashfs)
          ? MountKernel::kTrusted
          : request.settings.mount_kernel;
  Verdict verdict = judge_mount(image.fd.get(), choice, request.settings.trusted_paths);
  if (verdict.trusted && is_squashfs && !ends_with_whole_block(image)) {
    verdict = {false, "ends inside a block of the kernel's (mksquashfs -nopad)"};
  }
  if (!verdict.trusted && request.uid == 0) {
    throw Error(image.name,
                "steps of root use only what root alone could have written, and the image " + verdict.reason,
                "install the image in directories only root can write, or submit as an ordinary user");
  }
  if (!verdict.trusted && !is_squashfs) {
    throw Error(image.name, "an EROFS image is mounted by the kernel alone, and it " + verdict.reason,
                "make it a squashfs, which FUSE mounts too, or ask the admin to install it");
  }
  if (!verdict.trusted && !request.settings.fuse) {
    throw Error(image.name, "is not allowed on this cluster: FUSE alone could mount it (" +
                                words_of_key(request.settings, "fuse") + "), since it " + verdict.reason,
                "use an image that your site provides, or ask the admin");
  }
  return {verdict.trusted ? ImageMount::kKernel : ImageMount::kFuse, verdict.reason};
}

// A signature makes an image fit for the kernel's own mount, once nobody can change what was verified; a FUSE server
// could show other bytes. Whether it is signed is lib/policy/image_policy.h's to say.
ImageMount mount_of_root(const OpenedImage& image, const Request& request) {
  const Settings& settings = request.settings;
  if (!settings.demands_signed() || !image.root.is_in_sif || request.uid == 0) return mount_of_data(image, request);
  if (settings.mount_kernel == MountKernel::kNever) {
    throw Error(image.name, "signed images are mounted by the kernel, and no file is here (mount_kernel=never)",
                "ask the admin to decide for mount_kernel=never or " + words_of_key(settings, "require_signature"));
  }
  const Verdict verdict = judge_image(image.fd.get(), settings.trusted_paths);
  if (verdict.trusted) return {ImageMount::kKernel, verdict.reason};
  return {ImageMount::kSealed, "is mounted from a sealed copy, since it " + verdict.reason};
}

ImageMounts mounts_of(const OpenedImages& images, const Request& request) {
  ImageMounts mounts;
  mounts.root = mount_of_root(images.root, request);
  for (const DataImage& data : images.data) mounts.data.push_back(mount_of_data(data.image, request));
  return mounts;
}

}  // namespace slipway
