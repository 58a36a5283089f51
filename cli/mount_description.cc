// SPDX-License-Identifier: BSD-3-Clause
#include "cli/mount_description.h"

#include <unistd.h>

#include "lib/base/error.h"
#include "lib/image/image_format.h"
#include "lib/policy/mount_choice.h"

namespace slipway {

namespace {

nlohmann::json describe(ImageMount (*mount_of)(const OpenedImage&, const Request&), const OpenedImage& image,
                        const Request& request) {
  try {
    const ImageMount mount = mount_of(image, request);
    const std::string why = "the image " + mount.why;
    if (mount.how == ImageMount::kBind) return {{"how", "bind"}, {"why", why}};
    if (mount.how == ImageMount::kKernel || mount.how == ImageMount::kSealed) {
      return {{"how", image.root.kind == RootKind::kErofs ? "kernel EROFS" : "kernel squashfs"}, {"why", why}};
    }
    const std::string& program = request.settings.fuse_program;
    const std::string server = printable(program);
    if (access(program.c_str(), X_OK) == 0) return {{"how", "FUSE"}, {"why", why + "; served by " + server}};
    return {{"how", "refused"},
            {"why", why + ", so it needs FUSE, and " + server + " is not installed here (fuse_program=)"}};
  } catch (const Error& error) {
    return {{"how", "refused"}, {"why", error.what()}};
  }
}

}  // namespace

nlohmann::json describe_root_mount(const OpenedImage& image, const Request& request) {
  nlohmann::json mount = describe(mount_of_root, image, request);
  if (image.root.leaves_overlay) mount["why"] = mount["why"].get<std::string>() + "; " + kOverlayIsLeft;
  return mount;
}

nlohmann::json describe_data_mount(const OpenedImage& image, const Request& request) {
  return describe(mount_of_data, image, request);
}

}  // namespace slipway
