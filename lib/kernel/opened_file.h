// SPDX-License-Identifier: BSD-3-Clause

// What the kernel knows of an open file by itself. None of it asks the file's server, which may be a user's process.
#pragma once

#include <sys/stat.h>

#include <string>

namespace slipway {

// A FUSE file system shows its files to its owner alone, unless it has allow_other: root gets EACCES (mount.fuse(8)).
bool is_hidden_from_root(int fd);

// The kind of file system on which `fd` lies, by the mount table: "ext4", "fuse.sshfs". Empty: it is not there.
std::string file_system_of(int fd);

// What the kernel knows by itself of an open file: its type, device and inode. fstat(2) asks the server of a FUSE file
// system, and no signal ends the wait for one that does not answer: root's processes do not do that (statx(2),
// AT_STATX_DONT_SYNC). False, with errno, where it fails.
bool known_status(int fd, struct statx& status);

// Does `fd` lie on a mount of this process's own mount namespace? /proc/PID/root and the like lead into namespaces
// whose mounts its user forged, where any path has any owner.
bool is_on_own_mount(int fd);

// Where the file lies, as the kernel names it (proc(5), /proc/self/fd). Throws Error.
std::string real_path(int fd);

}  // namespace slipway
