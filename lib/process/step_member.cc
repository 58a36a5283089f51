// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/step_member.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/kernel/mount_table.h"

namespace slipway {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    parts.push_back(text.substr(0, text.find(separator)));
    text.remove_prefix(std::min(parts.back().size() + 1, text.size()));
  }
  return parts;
}

// A hierarchy of version 1 is known by its controllers, or by a name; version 2 has none.
bool is_of(const MountEntry& mount, std::string_view controllers) {
  if (controllers.empty() || mount.type != "cgroup") return controllers.empty() && mount.type == "cgroup2";
  const auto options = split(mount.super_options, ',');
  const auto wanted = split(controllers, ',');
  return std::all_of(wanted.begin(), wanted.end(), [&](std::string_view controller) {
    return std::find(options.begin(), options.end(), controller) != options.end();
  });
}

bool write_text(const std::string& path, const std::string& text) {
  const Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string file_of(pid_t process, const char* name) { return "/proc/" + std::to_string(process) + "/" + name; }

void move_to_cgroups(pid_t process, pid_t rank) {
  const std::string theirs = text_of_file(file_of(rank, "cgroup"));
  if (theirs == text_of_file(file_of(process, "cgroup"))) return;
  for (const std::string& directory : cgroup_directories(theirs, text_of_file("/proc/self/mountinfo"))) {
    if (!write_text(directory + "/cgroup.procs", std::to_string(process))) {
      throw system_error(directory, "write(cgroup.procs)", "ask the admin to look at this node's cgroups");
    }
  }
  if (theirs != text_of_file(file_of(process, "cgroup"))) {
    throw Error("container", "a process of it cannot join the step's cgroups",
                "ask the admin to look at this node's cgroups");
  }
}

// The CPUs of slurmstepd, as far as the step's cgroup allows them: a rank may be bound to one of them.
void use_cpus_of_step(pid_t process, pid_t slurmstepd) {
  cpu_set_t cpus;
  if (sched_getaffinity(slurmstepd, sizeof cpus, &cpus) == 0) sched_setaffinity(process, sizeof cpus, &cpus);
}

void copy_priority(pid_t process, pid_t rank) {
  const sched_param none{};
  sched_setscheduler(process, SCHED_OTHER, &none);  // stage's own is another
  errno = 0;
  const int nice = getpriority(PRIO_PROCESS, rank);
  if (errno == 0) setpriority(PRIO_PROCESS, process, nice);
}

void copy_oom_score(pid_t process, pid_t rank) {
  const std::string score = text_of_file(file_of(rank, "oom_score_adj"));
  // EACCES: it is higher already, and only CAP_SYS_RESOURCE may lower it.
  if (score.empty() || (!write_text(file_of(process, "oom_score_adj"), score) && errno != EACCES)) {
    throw system_error("container", "write(oom_score_adj)");
  }
}

}  // namespace

std::vector<std::string> cgroup_directories(const std::string& cgroups, const std::string& mounts) {
  // The latest first: it covers those before it in the same directory.
  std::vector<MountEntry> mounted = mount_table_of(mounts);
  std::reverse(mounted.begin(), mounted.end());
  std::vector<std::string> directories;
  for (const std::string_view line : split(cgroups, '\n')) {
    // "<number>:<controllers>:<path>"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    for (const MountEntry& mount : mounted) {
      const std::string root = mount.root == "/" ? "" : mount.root;
      if (!is_of(mount, controllers) || !path.starts_with(root)) continue;
      if (path.size() > root.size() && path[root.size()] != '/') continue;  // /a is not above /ab
      directories.push_back(mount.directory + std::string(path.substr(root.size())));
      break;
    }
  }
  return directories;
}

void make_step_member(pid_t process, const Rank& rank) {
  move_to_cgroups(process, rank.pid);
  use_cpus_of_step(process, rank.slurmstepd);
  copy_priority(process, rank.pid);
  copy_oom_score(process, rank.pid);
  // What was read before was the rank's only if it still is one.
  if (!is_alive(rank)) throw Error("container", "the rank that waited for it has ended");
}

void take_limits_of(pid_t rank) {
  for (int number = 0; number < RLIM_NLIMITS; ++number) {
    const auto limit = static_cast<__rlimit_resource>(number);
    rlimit theirs;
    if (prlimit(rank, limit, nullptr, &theirs) != 0 || setrlimit(limit, &theirs) != 0) {
      throw system_error("container", "setrlimit");
    }
  }
}

}  // namespace slipway
