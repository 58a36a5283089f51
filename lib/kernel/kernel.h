// SPDX-License-Identifier: BSD-3-Clause

// System calls that the oldest C libraries we build against do not wrap (RHEL 8: glibc 2.28). Each returns what the
// kernel returns: -1 and errno on failure, ENOSYS where the kernel is too old.
#pragma once

#include <cstdint>

namespace slipway::kernel {

// openat2(2), 5.6. `resolve` takes the kResolve... bits.
inline constexpr uint64_t kResolveNoMagicLinks = 0x02;
inline constexpr uint64_t kResolveInRoot = 0x10;
int openat2(int directory, const char* path, uint64_t flags, uint64_t resolve);

// move_mount(2), 5.2. `from` is a mount's own descriptor.
int move_mount(int from, int to_directory, const char* to_path);

// fsopen(2), fsconfig(2), fsmount(2), 5.2: a new file system as a mount that is attached nowhere yet.
int fsopen(const char* file_system);
int fsconfig_string(int context, const char* key, const char* value);
int fsconfig_flag(int context, const char* key);
int fsconfig_create(int context);
int fsmount(int context, unsigned attributes);

// mount_setattr(2), 5.12.
inline constexpr uint64_t kMountReadOnly = 0x01;
inline constexpr uint64_t kMountNoSuid = 0x02;
inline constexpr uint64_t kMountNoDev = 0x04;
inline constexpr uint64_t kMountNoExec = 0x08;
inline constexpr uint64_t kMountIdMap = 0x100000;
struct MountAttributes {
  uint64_t set = 0;
  uint64_t clear = 0;
  uint64_t propagation = 0;
  uint64_t user_namespace = 0;  // a descriptor, with kMountIdMap
};
int mount_setattr(int directory, const char* path, unsigned flags, const MountAttributes& attributes);

// pidfd_open(2), 5.3.
int pidfd_open(int process);

int pivot_root(const char* new_root, const char* put_old);

}  // namespace slipway::kernel
