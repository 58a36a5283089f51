// SPDX-License-Identifier: BSD-3-Clause
#include "helper/stage/image_mount.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "helper/stage/loop.h"
#include "lib/base/error.h"
#include "lib/kernel/fuse_file.h"
#include "lib/kernel/kernel.h"
#include "lib/kernel/mount_flags.h"
#include "lib/process/identity.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

// A newer kernel mounts in steps, which lets root's ids be mapped to the user's before the mount is attached anywhere
// (mount_setattr(2) wants it so); others use mount(2).
Fd new_file_system(const char* type, const std::string& device) {
  Fd context(kernel::fsopen(type));
  if (!context) return {};
  if (kernel::fsconfig_string(context.get(), "source", device.c_str()) != 0 ||
      kernel::fsconfig_flag(context.get(), "ro") != 0 || kernel::fsconfig_create(context.get()) != 0) {
    return {};
  }
  return Fd(kernel::fsmount(context.get(), kernel::kMountReadOnly | kernel::kMountNoSuid | kernel::kMountNoDev));
}

Error cannot_mount(const std::string& name, const std::string& type, int error) {
  if (error == ENODEV) {
    return Error(name, "this node's kernel has no " + type, "ask the admin to load the module (modprobe " + type + ")");
  }
  // EUCLEAN is erofs' word for it.
  if (error == EINVAL || error == EIO || error == EUCLEAN || error == EOPNOTSUPP) {
    return Error(name, "the kernel refused its " + type + ": damaged, or compressed in a way this kernel does not know",
                 type == "squashfs" ? "check the image with unsquashfs -s, or build it again" : "build it again");
  }
  errno = error;
  return system_error(name, ("mount(" + type + ")").c_str());
}

// Only a file system that we mounted ourselves may be shown under other ids: an idmapped host directory let the user
// read root's files there.
bool show_root_as_user(int mount, const Request& request) {
  const Fd map = make_image_owner_map(request);
  if (!map) return false;
  kernel::MountAttributes attributes;
  attributes.set = kernel::kMountIdMap;
  attributes.user_namespace = map.get();
  // A kernel that cannot (before 6.2) leaves the ids as they are.
  return kernel::mount_setattr(mount, "", AT_EMPTY_PATH, attributes) == 0;
}

const char* type_of(RootKind kind) { return kind == RootKind::kErofs ? "erofs" : "squashfs"; }

enum class Mounted {
  kAsUsers,  // what root owns in it shows as the user's
  kAsIs,
  kNot,
};

// kNot where it should be `only_as_users`, and the kernel cannot show it so.
Mounted mount_file_system(const OpenedImage& image, const char* where, const Request& request,
                          bool only_as_users = false) {
  const char* const type = type_of(image.root.kind);
  const Fd content = opened_for_reading(image.content().get(), image.name);
  const LoopDevice loop = attach_loop(content.get(), image.root.offset, image.root.size);
  const Fd mount_fd = new_file_system(type, loop.path);
  if (mount_fd) {
    const bool is_the_users = show_root_as_user(mount_fd.get(), request);
    if (!is_the_users && only_as_users) return Mounted::kNot;
    if (kernel::move_mount(mount_fd.get(), AT_FDCWD, where) != 0) throw system_error(image.name, "move_mount");
    return is_the_users ? Mounted::kAsUsers : Mounted::kAsIs;
  }
  if (errno != ENOSYS) throw cannot_mount(image.name, type, errno);
  if (only_as_users) return Mounted::kNot;
  if (mount(loop.path.c_str(), where, type, MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) != 0) {
    throw cannot_mount(image.name, type, errno);
  }
  return Mounted::kAsIs;
}

// Always with what is mounted below it: a bind of the top alone would uncover what those mounts hide.
// A directory that its user writes is written with that user's rights alone.
void bind_directory(const OpenedImage& image, bool is_written) {
  const std::string source = "/proc/self/fd/" + std::to_string(image.fd.get());
  if (mount(source.c_str(), kImageName, nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    throw system_error(image.name, "mount(bind)");
  }
  const Fd mounted(open(kImageName, O_PATH | O_DIRECTORY | O_CLOEXEC));
  const unsigned long flags = MS_NOSUID | MS_NODEV | (is_written ? 0 : MS_RDONLY);
  if (!mounted || !add_mount_flags(mounted, flags)) throw system_error(image.name, "mount(read-only)");
}

bool users_can_use_fuse(const Settings& settings) {
  struct stat status;
  return settings.fuse && stat("/dev/fuse", &status) == 0 && S_ISCHR(status.st_mode) &&
         (status.st_mode & (S_IROTH | S_IWOTH)) == (S_IROTH | S_IWOTH) &&
         access(settings.fuse_program.c_str(), X_OK) == 0;
}

// A FUSE server's files are the user's. A signed image is never given to one, which could show other bytes.
bool fuse_would_do(const OpenedImages& images, const ImageMount& mount, const Request& request) {
  const bool is_signed = request.settings.demands_signed() && images.root.root.is_in_sif;
  return mount.how == ImageMount::kKernel && images.root.root.kind == RootKind::kSquashfs && !is_signed &&
         users_can_use_fuse(request.settings);
}

void mount_root(const OpenedImages& images, ImageMounts& mounts, const Request& request) {
  const bool is_written = images.writing != Terms::Writing::kNone && request.uid != 0;
  const bool only_as_users = is_written && fuse_would_do(images, mounts.root, request);
  switch (mount_file_system(images.root, kImageName, request, only_as_users)) {
    case Mounted::kAsUsers: break;
    case Mounted::kAsIs: mounts.root_is_nobodys = is_written; break;
    case Mounted::kNot:
      mounts.root = {ImageMount::kFuse, "is to be written, and this kernel cannot show its files as the user's"};
  }
}

}  // namespace

void make_private_mount_namespace() {
  if (unshare(CLONE_NEWNS) != 0) throw system_error("container", "unshare(mount namespace)");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) throw system_error("/", "mount(rslave)");
}

void mount_images(const OpenedImages& images, ImageMounts& mounts, const Request& request) {
  if (mount("slipway", kWorkDirectory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k") != 0) {
    throw system_error(kWorkDirectory, "mount(tmpfs)", "ask the admin to install slipway completely on this node");
  }
  if (chdir(kWorkDirectory) != 0) throw system_error(kWorkDirectory, "chdir");
  for (const char* name : {kImageName, kSkeletonName, kRootName, kUpperName, kCopiesName}) {
    if (mkdir(name, 0755) != 0) throw system_error(name, "mkdir");
  }
  if (mounts.root.how == ImageMount::kBind) {
    bind_directory(images.root, images.writing == Terms::Writing::kDirectory);
  } else if (mounts.root.how != ImageMount::kFuse) {
    mount_root(images, mounts, request);
  }
  for (size_t i = 0; i < images.data.size(); ++i) {
    const std::string where = data_image_name(images.data[i].word);
    if (mkdir(where.c_str(), 0755) != 0) throw system_error(where, "mkdir");
    if (mounts.data[i].how == ImageMount::kKernel) mount_file_system(images.data[i].image, where.c_str(), request);
  }
}

}  // namespace slipway
