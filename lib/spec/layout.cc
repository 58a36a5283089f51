// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/layout.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/escaped_list.h"
#include "lib/base/paths.h"
#include "lib/base/slurm_commands.h"
#include "lib/base/text_file.h"
#include "lib/kernel/mount_table.h"
#include "lib/protocol/wire.h"
#include "lib/protocol/work_directory.h"

namespace slipway {

namespace {

constexpr char kEveryContainer[] = "every container";
constexpr char kRootsHome[] = "/root";

class Layout {
 public:
  Layout(const Request& request, const Accounts& accounts, const Terms& terms, const std::vector<std::string>& devices)
      : request_(request), accounts_(accounts), terms_(terms), devices_(devices) {}

  std::vector<LayoutEntry> entries() {
    add_system();
    // Where the site forces an image on scripts too, what they would advise is refused.
    if (!request_.batch_script.empty() && request_.settings.force_image.empty()) add_absent_commands();
    if (terms_.mpi != Mpi::kNone) add_mpi();
    add_directories_for_files();
    add_home();
    if (terms_.shows_cwd) {
      const size_t before = entries_.size();
      add_under_both_names(request_.cwd, LayoutEntry::kMust, "the step's working directory");
      for (size_t i = before; i < entries_.size(); ++i) entries_[i].asked_for = AskedFor::kByStanding;
    }
    if (!terms_.contained) {
      for (const std::string& text : request_.settings.mounts) add_admins(text);
    }
    if (!request_.batch_script.empty()) {
      add_bind(request_.batch_script, request_.batch_script, LayoutEntry::kMust, "the job's script").flags = MS_RDONLY;
    }
    for (size_t i = 0; i < terms_.options.mounts.size(); ++i) {
      const size_t before = entries_.size();
      add_under_typed_name(terms_.options.mounts[i], terms_.options.source_of("mounts"));
      for (size_t entry = before; entry < entries_.size(); ++entry) {
        entries_[entry].asked_for = AskedFor::kByName;
        entries_[entry].word_number = i;
      }
    }
    return std::move(entries_);
  }

 private:
  LayoutEntry& add(LayoutEntry entry) {
    entries_.push_back(std::move(entry));
    return entries_.back();
  }

  MountWord& add_bind(const std::string& source, const std::string& target, LayoutEntry::Need need,
                      const std::string& asked_by) {
    LayoutEntry entry;
    entry.word.how = MountWord::kTree;
    entry.word.source = source;
    entry.word.target = target;
    entry.need = need;
    entry.asked_by = asked_by;
    return add(std::move(entry)).word;
  }

  void add_empty(const std::string& target, const char* mode, const std::string& asked_by) {
    LayoutEntry entry;
    entry.word.kind = MountWord::kTmpfs;
    entry.word.target = target;
    entry.mode = mode;
    entry.asked_by = asked_by;
    add(std::move(entry));
  }

  // Where the kernel has it and lets the user mount it.
  MountWord& add_kernels(const char* file_system, const std::string& target, const std::string& asked_by) {
    LayoutEntry entry;
    entry.word.kind = MountWord::kKernel;
    entry.word.source = file_system;
    entry.word.target = target;
    entry.need = LayoutEntry::kIfThere;
    entry.asked_by = asked_by;
    return add(std::move(entry)).word;
  }

  LayoutEntry& add_word(const MountWord& word, const std::string& asked_by) {
    LayoutEntry entry;
    entry.word = word;
    // An image at its own place is only a file.
    if (word.target.empty() && word.how == MountWord::kAsItIs) entry.word.how = MountWord::kTree;
    entry.word.target = normal_path(word.target.empty() ? word.source : word.target);
    entry.mode = "0755";
    entry.asked_by = asked_by;
    return add(std::move(entry));
  }

  // And, at its own place, under its real name, where that leads through links: #! lines and configurations hold it.
  void add_under_typed_name(const MountWord& word, const std::string& asked_by) {
    const LayoutEntry entry = add_word(word, asked_by);
    if (word.kind != MountWord::kBind || !word.target.empty()) return;
    char real[PATH_MAX];
    if (!realpath(word.source.c_str(), real) || real == entry.word.target || belongs_to_image(real)) return;
    // Not where a mount point would have to be made in it, nor without the other.
    const bool is_in_the_way = std::any_of(
        terms_.options.mounts.begin(), terms_.options.mounts.end(), [&](const MountWord& other) {
          if (other.kind == MountWord::kUnmount) return normal_path(other.target) == entry.word.target;
          return !other.target.empty() && is_at_or_below(normal_path(other.target), real);
        });
    if (is_in_the_way) return;
    const bool there = std::any_of(entries_.begin(), entries_.end(), [&](const LayoutEntry& other) {
      return other.word.kind == MountWord::kBind && is_at_or_below(real, other.word.target);
    });
    if (there) return;
    entries_.push_back(entry);
    entries_.back().word.target = real;
  }

  // /dev comes before what is mounted in it.
  void add_system() {
    add_bind("/proc", "/proc", LayoutEntry::kMust, kEveryContainer);
    add_bind("/sys", "/sys", LayoutEntry::kMust, kEveryContainer).flags = MS_RDONLY;
    if (terms_.namespaces & CLONE_NEWNET) add_own_sys();
    const bool has_own_ipc = terms_.namespaces & CLONE_NEWIPC;
    if (terms_.shows_host_devices) {
      add_bind("/dev", "/dev", LayoutEntry::kMust, "dev=host");
    } else {
      add_bind(kDevicesName, "/dev", LayoutEntry::kMust, kEveryContainer);
      add_if_there("/dev/pts");
      if (!has_own_ipc) {
        for (const char* path : {"/dev/shm", "/dev/mqueue"}) add_if_there(path);
      }
    }
    for (const std::string& path : devices_) {
      const bool is_there = terms_.shows_host_devices && is_at_or_below(path, "/dev");
      if (!is_there) add_bind(path, path, LayoutEntry::kIfThere, "devices.conf");
    }
    if (has_own_ipc) {
      add_empty("/dev/shm", "1777", own_kind("ipc"));
      add_kernels("mqueue", "/dev/mqueue", own_kind("ipc"));
    }
  }

  void add_if_there(const char* path) { add_bind(path, path, LayoutEntry::kIfThere, kEveryContainer); }

  // The network devices that /sys shows are those of whoever mounted it. Over the host's, which stays where the kernel
  // refuses another one: where parts of it are covered, as in some containers.
  void add_own_sys() {
    add_kernels("sysfs", "/sys", own_kind("net")).flags = MS_RDONLY;
    add_bind("/sys/fs/cgroup", "/sys/fs/cgroup", LayoutEntry::kIfThere, own_kind("net")).flags = MS_RDONLY;
  }

  std::string own_kind(const char* kind) const { return terms_.options.source_of("unshare") + "=" + kind; }

  // A PMIx client talks to slurmstepd, its server, over the loopback, and reads what it shares in files below the spool
  // directory. They do not exist yet (slurmstepd is about to make them), so the directory is shown as a whole. With
  // munge as its security, the client asks munge's socket.
  void add_mpi() {
    if (request_.spool.empty()) return;
    constexpr char kAskedBy[] = "--mpi=pmix", kMunge[] = "/run/munge";
    constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    add_bind(request_.spool, request_.spool, LayoutEntry::kIfThere, kAskedBy).flags = kFlags;
    add_bind(kMunge, kMunge, LayoutEntry::kIfThere, kAskedBy).flags = kFlags | MS_RDONLY;
  }

  // One program, under the name of each. A node that lacks it lacks only the sentence.
  void add_absent_commands() {
    constexpr char kAskedBy[] = "every batch script in an image", kProgram[] = "slipway-absent";
    add_empty(kAbsentCommands, "0755", kAskedBy);
    for (const std::string_view command : kSlurmCommands) entries_.back().links.emplace_back(command, kProgram);
    add_bind(std::string(LIBEXECDIR "/") + kProgram, std::string(kAbsentCommands) + "/" + kProgram,
             LayoutEntry::kIfThere, kAskedBy).flags = MS_RDONLY | MS_NOSUID | MS_NODEV;
  }

  void add_directories_for_files() {
    if (terms_.contained) {
      for (const char* path : {"/tmp", "/var/tmp"}) add_empty(path, "1777", terms_.options.source_of("contain"));
      return;
    }
    if (terms_.shows_tmp) {
      add_bind("/tmp", "/tmp", LayoutEntry::kMust, kEveryContainer);
      add_bind("/var/tmp", "/var/tmp", LayoutEntry::kIfThere, kEveryContainer);
    }
    constexpr char kKerberos[] = ".heim_org.h5l.kcm-socket";  // where Kerberos looks
    add_bind(std::string("/run/") + kKerberos, std::string("/var/run/") + kKerberos, LayoutEntry::kIfThere,
             kEveryContainer);
  }

  void add_home() {
    constexpr char kAskedBy[] = "your home";
    const std::string inside = home_inside(accounts_, terms_);
    if (!terms_.shows_home) {
      const bool is_free = terms_.remaps_root || !belongs_to_image(inside);
      if (terms_.contained && is_free) add_empty(inside, "0700", terms_.options.source_of("contain"));
      return;
    }
    // A home in the system, as / of users whom no name service knows, is none: neither here nor elsewhere.
    if (inside != normal_path(accounts_.home) && !belongs_to_image(accounts_.home)) {
      add_bind(accounts_.home, inside, LayoutEntry::kIfThere, kAskedBy);
    }
    add_under_both_names(accounts_.home, LayoutEntry::kIfThere, kAskedBy);
  }

  // A directory of the user's under the name the site uses and, where that leads through links, its real name.
  void add_under_both_names(const std::string& path, LayoutEntry::Need need, const std::string& asked_by) {
    char real[PATH_MAX];
    const bool resolved = realpath(path.c_str(), real);
    for (const std::string& name : {normal_path(path), resolved ? real : normal_path(path)}) {
      const bool there = std::any_of(entries_.begin(), entries_.end(), [&](const LayoutEntry& entry) {
        return entry.word.kind == MountWord::kBind && normal_path(entry.word.source) == entry.word.target &&
               is_at_or_below(name, entry.word.target);
      });
      if (!there && !belongs_to_image(name)) add_bind(path, name, need, asked_by);
    }
  }

  void add_admins(const std::string& text) {
    constexpr std::string_view kAutomatic = "auto:";
    constexpr char kAskedBy[] = "mounts= in plugstack.conf";
    if (text.starts_with(kAutomatic)) {
      std::vector<std::string> types = split_escaped(text.substr(kAutomatic.size()), ',');
      std::transform(types.begin(), types.end(), types.begin(), base_type);
      for (const MountEntry& mounted : mount_table_of(text_of_file("/proc/self/mountinfo"))) {
        if (std::find(types.begin(), types.end(), base_type(mounted.type)) == types.end()) continue;
        if (belongs_to_image(mounted.directory)) continue;
        add_under_both_names(mounted.directory, LayoutEntry::kIfThere, kAskedBy);
      }
      return;
    }
    for (const MountWord& word : mount_words(text, "mounts")) {
      const size_t before = entries_.size();
      add_under_typed_name(word, kAskedBy);
      for (size_t entry = before; entry < entries_.size(); ++entry) entries_[entry].need = LayoutEntry::kIfThere;
    }
  }

  // One word stands for all releases of NFS.
  static std::string base_type(const std::string& type) { return type == "nfs4" ? "nfs" : type; }

  const Request& request_;
  const Accounts& accounts_;
  const Terms& terms_;
  const std::vector<std::string>& devices_;
  std::vector<LayoutEntry> entries_;
};

Error cannot_show(const LayoutEntry& entry, int error) {
  return Error("cannot mount " + printable(entry.word.source), strerror(error),
               error == ENOENT ? "it must exist on each node of the step, not only where you submit"
                               : "check that you may enter it on this node");
}

}  // namespace

std::vector<LayoutEntry> layout_of(const Request& request, const Accounts& accounts, const Terms& terms,
                                   const std::vector<std::string>& devices) {
  return Layout(request, accounts, terms, devices).entries();
}

std::optional<Fd> open_source(const LayoutEntry& entry, const HostPolicy& policy) {
  if (entry.word.kind != MountWord::kBind) return Fd();
  Fd source(open(entry.word.source.c_str(), O_PATH | O_CLOEXEC));
  if (!source && entry.need == LayoutEntry::kIfThere) return std::nullopt;
  if (!source) throw cannot_show(entry, errno);
  const bool may_be_left_out = entry.asked_for == AskedFor::kByStanding;
  if (may_be_left_out && !policy.denial_of(source.get(), entry.asked_for).empty()) return std::nullopt;
  policy.refuse_denied(source.get(), printable(entry.word.source), entry.asked_for);
  return source;
}

Error cannot_unmount(const std::string& target) {
  return Error(printable(target), "cannot be unmounted: it is not the place of a mount of this container",
               "leave it out; slipway explain lists the mounts");
}

std::string home_inside(const Accounts& accounts, const Terms& terms) {
  return terms.remaps_root ? kRootsHome : normal_path(accounts.home);
}

}  // namespace slipway
