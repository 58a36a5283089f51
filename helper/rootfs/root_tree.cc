// SPDX-License-Identifier: BSD-3-Clause
#include "helper/rootfs/root_tree.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "helper/rootfs/skeleton.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/paths.h"
#include "lib/base/text_file.h"
#include "lib/kernel/kernel.h"
#include "lib/kernel/mount_flags.h"
#include "lib/kernel/open_inside.h"
#include "lib/options/host_policy.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

// Files that programs read before they can use the network. Copied, since images often have links in their place.
constexpr const char* kHostFiles[] = {"/etc/hosts", "/etc/resolv.conf", "/etc/localtime"};
constexpr size_t kLongestHostFile = 16 << 20;

bool is_directory(const Fd& fd) {
  struct stat status;
  return fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode);
}

// An entry with its source opened: by path once, from then on by descriptor.
struct Opened {
  const LayoutEntry& entry;
  Fd source;  // of a bind
};

std::vector<Opened> open_sources(const std::vector<LayoutEntry>& layout, const HostPolicy& policy) {
  std::vector<Opened> opened;
  for (const LayoutEntry& entry : layout) {
    if (auto source = open_source(entry, policy)) opened.push_back({entry, std::move(*source)});
  }
  return opened;
}

// Empty where none is asked for.
Fd overlay_directory(const Terms& terms, const HostPolicy& policy) {
  const std::string& path = terms.options.overlay;
  if (path.empty()) return {};
  const std::string name = terms.options.source_of("overlay") + "=" + printable(path);
  Fd directory(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) throw system_error(name, "open", "name a directory that exists on each node of the step");
  policy.refuse_denied(directory.get(), name, AskedFor::kByName);
  return directory;
}

bool becomes_directory(const Opened& opened) {
  switch (opened.entry.word.create) {
    case MountWord::kDirectory: return true;
    case MountWord::kFile: return false;
    case MountWord::kAuto: break;
  }
  return !opened.source || is_directory(opened.source);
}

// What lies below another mount is made there, when that is mounted.
bool lies_in_another(const std::vector<Opened>& all, const Opened& opened) {
  return std::any_of(all.begin(), all.end(), [&](const Opened& other) {
    return &other < &opened && is_at_or_below(opened.entry.word.target, other.entry.word.target);
  });
}

void add_mount_points(Skeleton& skeleton, const std::vector<Opened>& all) {
  for (const Opened& opened : all) {
    if (opened.entry.word.kind == MountWord::kUnmount || lies_in_another(all, opened)) continue;
    if (becomes_directory(opened)) skeleton.add_directory(opened.entry.word.target);
    else skeleton.add_mount_point_for_file(opened.entry.word.target);
  }
}

// Inside what is mounted already, with the user's rights; the directories on the way too.
void make_mount_point(const Fd& root, const std::string& target, bool as_directory) {
  const size_t slash = target.find_last_of('/');
  const std::string parent = target.substr(0, slash), name = target.substr(slash + 1);
  Fd directory = open_inside(root, parent.empty() ? "/" : parent, O_PATH | O_DIRECTORY);
  if (!directory && errno == ENOENT && !parent.empty()) {
    make_mount_point(root, parent, true);
    directory = open_inside(root, parent, O_PATH | O_DIRECTORY);
  }
  const bool made =
      directory && (as_directory ? mkdirat(directory.get(), name.c_str(), 0755) == 0
                                 : Fd(openat(directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                                             0644)).get() >= 0);
  if (!made) {
    throw system_error(printable(target), "cannot be made a mount point inside",
                       "mount to a place that exists, or to one whose directory you can write");
  }
}

Fd mount_point_of(const Fd& root, const Opened& opened) {
  const std::string& target = opened.entry.word.target;
  Fd point = open_inside(root, target, O_PATH);
  if (!point && errno == ENOENT) {
    make_mount_point(root, target, becomes_directory(opened));
    point = open_inside(root, target, O_PATH);
  }
  if (!point) throw system_error(printable(target), "open(mount point)");
  return point;
}

// What is mounted below an entry is locked to it, and the image's own directories are not the user's to take away.
void unmount(const Fd& root, const std::string& target, const std::vector<Opened>& all) {
  const bool is_entry = std::any_of(all.begin(), all.end(), [&](const Opened& opened) {
    return opened.entry.word.kind != MountWord::kUnmount && opened.entry.word.target == target;
  });
  const Fd point = open_inside(root, target, O_PATH);
  if (is_entry && point && umount2(link_to(point).c_str(), MNT_DETACH) == 0) return;
  throw cannot_unmount(target);
}

void mount_empty(const Fd& point, const LayoutEntry& entry) {
  std::string options = "mode=" + entry.mode;
  if (!entry.word.size.empty()) options += ",size=" + entry.word.size;
  if (mount("slipway", link_to(point).c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
    throw system_error(printable(entry.word.target), "mount(tmpfs)");
  }
}

// In the tmpfs that is mounted at the entry's place.
void make_links(const Fd& root, const LayoutEntry& entry) {
  if (entry.links.empty()) return;
  const Fd directory = open_inside(root, entry.word.target, O_PATH | O_DIRECTORY);
  for (const auto& [path, target] : entry.links) {
    for (size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
      mkdirat(directory.get(), path.substr(0, slash).c_str(), 0755);
    }
    if (symlinkat(target.c_str(), directory.get(), path.c_str()) != 0) {
      throw system_error(printable(entry.word.target + "/" + path), "symlink");
    }
  }
}

// False where the kernel has no such file system, or keeps it from users.
bool mount_kernels(const Fd& point, const MountWord& word) {
  const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | word.flags;
  return mount("slipway", link_to(point).c_str(), word.source.c_str(), flags, nullptr) == 0;
}

// Always with what is mounted below the source, unless the user asks for its top: the kernel lets no one uncover in a
// user namespace what a mount hides.
void bind(const Fd& point, const Opened& opened) {
  const MountWord& word = opened.entry.word;
  const unsigned long tree = word.how == MountWord::kTop ? 0 : MS_REC;
  if (mount(link_to(opened.source).c_str(), link_to(point).c_str(), nullptr, MS_BIND | tree, nullptr) == 0) return;
  const std::string what = printable(word.source) + " at " + printable(word.target);
  if (errno == ENOTDIR) {
    throw Error(what, "one of the two is a directory and the other a file", "name a place of the same kind");
  }
  throw system_error(what, "mount(bind)",
                     tree ? "" : "use rbind: other mounts below it would be uncovered, which the kernel forbids");
}

void set_flags(const Fd& root, const MountWord& word) {
  if (!word.flags && !word.propagation) return;
  const std::string what = printable(word.target);
  const Fd mounted = open_inside(root, word.target, O_PATH);
  if (!mounted || (word.flags && !add_mount_flags(mounted, word.flags))) throw system_error(what, "mount(flags)");
  if (word.propagation && mount(nullptr, link_to(mounted).c_str(), nullptr, word.propagation, nullptr) != 0) {
    throw system_error(what, "mount(propagation)");
  }
}

void mount_into(const Fd& root, const Opened& opened, const std::vector<Opened>& all) {
  const MountWord& word = opened.entry.word;
  if (word.kind == MountWord::kUnmount) return unmount(root, word.target, all);
  {
    const Fd point = mount_point_of(root, opened);
    if (word.kind == MountWord::kTmpfs) mount_empty(point, opened.entry);
    else if (word.kind == MountWord::kBind) bind(point, opened);
    else if (!mount_kernels(point, word)) return;
  }
  make_links(root, opened.entry);
  set_flags(root, word);
}

RootWriting writing_of(const Terms& terms, bool image_is_directory) {
  RootWriting writing;
  writing.directory = terms.options.overlay;
  writing.overlay_option = terms.options.source_of("overlay");
  writing.writable_option = terms.options.source_of("writable");
  switch (terms.writing) {
    case Terms::Writing::kNone: break;
    case Terms::Writing::kMemory: writing.how = RootWriting::kOverlay; break;
    case Terms::Writing::kOverlay: writing.how = RootWriting::kOverlay; break;
    case Terms::Writing::kDirectory:
      writing.how = image_is_directory ? RootWriting::kDirectory : RootWriting::kOverlay;
  }
  return writing;
}

// Empty where the node has none that the user may read. Throws Error: programs would only wonder at what they miss.
std::string text_of_host_file(const char* path) {
  const Fd file(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  std::string text = text_of_regular_file(file, kLongestHostFile);
  struct stat status;
  const bool is_missing = !file && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP);
  const bool is_empty = file && fstat(file.get(), &status) == 0 && (!S_ISREG(status.st_mode) || status.st_size == 0);
  if (text.empty() && !is_missing && !is_empty) {
    throw system_error(path, "cannot be read on this node", "ask the admin to look at it");
  }
  return text;
}

void add_names(Skeleton& skeleton, Accounts accounts, const Terms& terms) {
  accounts.home = home_inside(accounts, terms);
  skeleton.add_file("/etc/passwd", passwd_file(accounts, skeleton.image_file("/etc/passwd")));
  skeleton.add_file("/etc/group", group_file(accounts, skeleton.image_file("/etc/group")));
  for (const char* path : kHostFiles) {
    const std::string content = text_of_host_file(path);
    if (!content.empty()) skeleton.add_file(path, content);
  }
}

// As root, apt becomes another user to fetch packages (setgroups, setresuid), which nobody can where one id is mapped.
void let_apt_be_root(Skeleton& skeleton) {
  const std::string directory = "/etc/apt/apt.conf.d";
  if (!skeleton.has_directory(directory)) return;
  skeleton.add_file(directory + "/99slipway", "APT::Sandbox::User \"root\";\n");
}

std::string what_cannot_be_removed(const Terms& terms, const RootMounts& mounts) {
  const std::string fails = "removing, renaming or replacing a directory of the image fails with an I/O error";
  constexpr char kRemedy[] = "a directory on ext4 or xfs";
  if (terms.writing == Terms::Writing::kOverlay) {
    return terms.options.source_of("overlay") + "=" + printable(terms.options.overlay) +
           ": its file system keeps no attributes of users; " + fails + "; name " + kRemedy;
  }
  const std::string why = mounts.no_upper_layer.empty()
                              ? std::string()
                              : ", and writable_layer=ext4 failed (" + mounts.no_upper_layer + ")";
  return terms.options.source_of("writable") +
         ": this kernel keeps no attributes of users in memory (Linux 6.6 does)" + why + "; " + fails +
         "; use --container-overlay with " + kRemedy +
         (why.empty() ? ", or ask the admin for writable_layer=ext4" : ", or show the admin this line");
}

// The new root must be a mount of this namespace's own: one inherited from root's namespace is locked, and pivot_root
// answers EINVAL. The skeleton is.
void enter_root(const Fd& root) {
  if (fchdir(root.get()) != 0) throw system_error("container", "fchdir");
  if (kernel::pivot_root(".", ".") != 0) throw system_error("container", "pivot_root");
  // The old root now lies over the new one; taking it away leaves nothing of the host but what was bound.
  if (umount2(".", MNT_DETACH) != 0) throw system_error("container", "umount(old root)");
  if (chdir("/") != 0) throw system_error("container", "chdir");
}

}  // namespace

RootTree build_root_tree(const Request& request, const Accounts& accounts, const Terms& terms,
                         const std::vector<LayoutEntry>& layout, const Additions& additions,
                         const RootMounts& mounts) {
  const HostPolicy policy(request.settings, accounts.home);
  if (mounts.image_is_directory) {
    const Fd image(open(kImageName, O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!image) throw system_error("container", "open(image)");
    policy.refuse_denied(image.get(), printable(request.image), AskedFor::kAsImage);
  }
  const std::vector<Opened> all = open_sources(layout, policy);
  RootWriting writing = writing_of(terms, mounts.image_is_directory);
  if (terms.writing != Terms::Writing::kOverlay) writing.memory = request.settings.writable_size;
  writing.memory_is_mounted = mounts.has_upper_layer;
  Skeleton skeleton(writing, overlay_directory(terms, policy));
  add_names(skeleton, accounts, terms);
  if (terms.remaps_root) let_apt_be_root(skeleton);
  for (const auto& [path, content] : additions.files) skeleton.add_file(path, content);
  for (const auto& [path, target] : additions.links) skeleton.add_link(path, target);
  add_mount_points(skeleton, all);
  skeleton.mount_root();
  const Fd root(open(kRootName, O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) throw system_error("container", "open(root)");
  for (const Opened& opened : all) mount_into(root, opened, all);
  enter_root(root);
  RootTree built{all.size(), skeleton.notices()};
  if (!skeleton.keeps_what_is_removed()) built.notices.push_back(what_cannot_be_removed(terms, mounts));
  return built;
}

}  // namespace slipway
