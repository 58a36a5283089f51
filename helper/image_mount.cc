#include "helper/image_mount.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "helper/error.h"
#include "helper/identity.h"
#include "helper/kernel.h"
#include "helper/loop.h"
#include "helper/mount_flags.h"
#include "helper/trust.h"

namespace slipway {

const char kWorkDirectory[] = WORKDIR;

namespace {

// A newer kernel mounts in steps, which lets root's ids be mapped to the user's before the mount is attached anywhere
// (mount_setattr(2) wants it so); others use mount(2).
Fd new_squashfs(const std::string& device) {
  Fd context(kernel::fsopen("squashfs"));
  if (!context) return {};
  if (kernel::fsconfig_string(context.get(), "source", device.c_str()) != 0 ||
      kernel::fsconfig_flag(context.get(), "ro") != 0 || kernel::fsconfig_create(context.get()) != 0) {
    return {};
  }
  return Fd(kernel::fsmount(context.get(), kernel::kMountReadOnly | kernel::kMountNoSuid | kernel::kMountNoDev));
}

Error cannot_mount(const std::string& name, int error) {
  if (error == ENODEV) {
    return Error(name, "this node's kernel has no squashfs", "ask the admin to load the module (modprobe squashfs)");
  }
  if (error == EINVAL || error == EIO) {
    return Error(name, "the kernel refused its squashfs: damaged, or compressed in a way this kernel does not know",
                 "check the image with unsquashfs -s, or build it again");
  }
  errno = error;
  return system_error(name, "mount(squashfs)");
}

// Only a squashfs that we mounted ourselves may be shown under other ids: an idmapped host directory let the user read
// root's files there.
void show_root_as_user(int mount, const Request& request) {
  const Fd map = make_image_owner_map(request);
  if (!map) return;
  kernel::MountAttributes attributes;
  attributes.set = kernel::kMountIdMap;
  attributes.user_namespace = map.get();
  // A kernel that cannot (before 6.2) leaves the ids as they are.
  kernel::mount_setattr(mount, "", AT_EMPTY_PATH, attributes);
}

void mount_squashfs(const OpenedImage& image, const Request& request) {
  const std::string name = printable(request.image);
  const LoopDevice loop = attach_loop(image.fd.get(), image.root.offset, image.root.size);
  const Fd mount_fd = new_squashfs(loop.path);
  if (mount_fd) {
    show_root_as_user(mount_fd.get(), request);
    if (kernel::move_mount(mount_fd.get(), AT_FDCWD, kImageName) != 0) throw system_error(name, "move_mount");
    return;
  }
  if (errno != ENOSYS) throw cannot_mount(name, errno);
  if (mount(loop.path.c_str(), kImageName, "squashfs", MS_RDONLY | MS_NOSUID | MS_NODEV, nullptr) != 0) {
    throw cannot_mount(name, errno);
  }
}

// Always with what is mounted below it: a bind of the top alone would uncover what those mounts hide.
void bind_directory(const OpenedImage& image, const std::string& name) {
  const std::string source = "/proc/self/fd/" + std::to_string(image.fd.get());
  if (mount(source.c_str(), kImageName, nullptr, MS_BIND | MS_REC, nullptr) != 0) {
    throw system_error(name, "mount(bind)");
  }
  const Fd mounted(open(kImageName, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!mounted || !add_mount_flags(mounted, MS_RDONLY | MS_NOSUID | MS_NODEV)) {
    throw system_error(name, "mount(read-only)");
  }
}

}  // namespace

void make_private_mount_namespace() {
  if (unshare(CLONE_NEWNS) != 0) throw system_error("container", "unshare(mount namespace)");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) throw system_error("/", "mount(rslave)");
}

ImageMount mount_image(const OpenedImage& image, const Request& request) {
  if (mount("slipway", kWorkDirectory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64k") != 0) {
    throw system_error(kWorkDirectory, "mount(tmpfs)", "ask the admin to install slipway completely on this node");
  }
  if (chdir(kWorkDirectory) != 0) throw system_error(kWorkDirectory, "chdir");
  for (const char* name : {kImageName, kSkeletonName, kRootName}) {
    if (mkdir(name, 0755) != 0) throw system_error(name, "mkdir");
  }
  if (image.root.kind == RootKind::kDirectory) {
    bind_directory(image, printable(request.image));
    return {ImageMount::kBind, "is a directory, shown as it is"};
  }
  // Root's own FUSE server would be root's process that reads hostile bytes.
  const MountKernel choice = request.uid == 0 ? MountKernel::kTrusted : request.mount_kernel;
  const Verdict verdict = judge_mount(image.fd.get(), choice, request.trusted_paths);
  if (!verdict.trusted && request.uid == 0) {
    throw Error(printable(request.image),
                "steps of root use only what root alone could have written, and the image " + verdict.reason,
                "install the image in directories only root can write, or submit as an ordinary user");
  }
  if (!verdict.trusted) return {ImageMount::kFuse, verdict.reason};
  mount_squashfs(image, request);
  return {ImageMount::kKernel, verdict.reason};
}

}  // namespace slipway
