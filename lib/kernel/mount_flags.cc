// SPDX-License-Identifier: BSD-3-Clause
#include "lib/kernel/mount_flags.h"

#include <fcntl.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/base/text_file.h"
#include "lib/kernel/kernel.h"
#include "lib/kernel/mount_table.h"
#include "lib/kernel/opened_file.h"

namespace slipway {

namespace {

uint64_t attributes_of(unsigned long flags) {
  return (flags & MS_RDONLY ? kernel::kMountReadOnly : 0) | (flags & MS_NOSUID ? kernel::kMountNoSuid : 0) |
         (flags & MS_NODEV ? kernel::kMountNoDev : 0) | (flags & MS_NOEXEC ? kernel::kMountNoExec : 0);
}

// What a mount has already: to leave one out is to clear it, which is not for users' namespaces to do.
unsigned long flags_of(std::string_view options) {
  constexpr struct {
    std::string_view name;
    unsigned long flag;
  } kOptions[] = {{"ro", MS_RDONLY},     {"nosuid", MS_NOSUID},         {"nodev", MS_NODEV},      {"noexec", MS_NOEXEC},
                  {"noatime", MS_NOATIME}, {"nodiratime", MS_NODIRATIME}, {"relatime", MS_RELATIME}};
  unsigned long flags = 0;
  while (!options.empty()) {
    const std::string_view word = options.substr(0, options.find(','));
    options.remove_prefix(std::min(word.size() + 1, options.size()));
    for (const auto& option : kOptions) flags |= word == option.name ? option.flag : 0;
  }
  return flags;
}

int mount_id_of(const Fd& fd) {
  return atoi(field_of(text_of_file("/proc/self/fdinfo/" + std::to_string(fd.get())), "mnt_id").c_str());
}

// Before 5.12, each by itself. One that another covers cannot be reached, nor can what it holds.
bool add_to_each(const Fd& mount, unsigned long flags) {
  const std::string top = real_path(mount.get());
  for (const MountEntry& entry : mount_table_of(text_of_file("/proc/self/mountinfo"))) {
    if (entry.directory != top && !entry.directory.starts_with(top + "/")) continue;
    const Fd at(open(entry.directory.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!at || mount_id_of(at) != entry.id) continue;
    const std::string path = "/proc/self/fd/" + std::to_string(at.get());
    const unsigned long all = MS_REMOUNT | MS_BIND | flags | flags_of(entry.options);
    if (::mount(nullptr, path.c_str(), nullptr, all, nullptr) != 0) return false;
  }
  return true;
}

}  // namespace

bool add_mount_flags(const Fd& mount, unsigned long flags) {
  kernel::MountAttributes attributes;
  attributes.set = attributes_of(flags);
  if (kernel::mount_setattr(mount.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, attributes) == 0) return true;
  return errno == ENOSYS && add_to_each(mount, flags);
}

}  // namespace slipway
