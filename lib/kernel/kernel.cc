// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/kernel.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Numbers are the same on every architecture from 424 on (but for alpha); older headers lack the names.
#ifndef SYS_move_mount
#define SYS_move_mount 429
#define SYS_fsopen 430
#define SYS_fsconfig 431
#define SYS_fsmount 432
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

namespace slipway::kernel {

namespace {

// linux/mount.h has these, but cannot be included beside glibc's sys/mount.h.
constexpr unsigned kMoveFromEmptyPath = 0x04;
constexpr unsigned kMoveToEmptyPath = 0x40;
constexpr unsigned kConfigSetFlag = 0, kConfigSetString = 1, kConfigCreate = 6;

int config(int context, unsigned command, const char* key, const char* value) {
  return static_cast<int>(syscall(SYS_fsconfig, context, command, key, value, 0));
}

}  // namespace

int openat2(int directory, const char* path, uint64_t flags, uint64_t resolve) {
  const struct {
    uint64_t flags, mode, resolve;
  } how{flags, 0, resolve};
  return static_cast<int>(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

int move_mount(int from, int to_directory, const char* to_path) {
  const unsigned to_flags = *to_path == '\0' ? kMoveToEmptyPath : 0;
  return static_cast<int>(syscall(SYS_move_mount, from, "", to_directory, to_path, kMoveFromEmptyPath | to_flags));
}

int fsopen(const char* file_system) { return static_cast<int>(syscall(SYS_fsopen, file_system, 1 /* CLOEXEC */)); }

int fsconfig_string(int context, const char* key, const char* value) {
  return config(context, kConfigSetString, key, value);
}

int fsconfig_flag(int context, const char* key) { return config(context, kConfigSetFlag, key, nullptr); }

int fsconfig_create(int context) { return config(context, kConfigCreate, nullptr, nullptr); }

int fsmount(int context, unsigned attributes) {
  return static_cast<int>(syscall(SYS_fsmount, context, 1 /* CLOEXEC */, attributes));
}

int mount_setattr(int directory, const char* path, unsigned flags, const MountAttributes& attributes) {
  return static_cast<int>(syscall(SYS_mount_setattr, directory, path, flags, &attributes, sizeof attributes));
}

int pidfd_open(int process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

int pivot_root(const char* new_root, const char* put_old) {
  return static_cast<int>(syscall(SYS_pivot_root, new_root, put_old));
}

}  // namespace slipway::kernel
