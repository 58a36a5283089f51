// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/rank.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/error.h"
#include "lib/base/text_file.h"

namespace slipway {

namespace {

constexpr int kTick = 1000;  // ms
constexpr timespec kPause{0, 20'000'000};

std::vector<pid_t> numbers_in(const std::string& text) {
  std::vector<pid_t> numbers;
  std::istringstream words(text);
  for (pid_t number; words >> number;) numbers.push_back(number);
  return numbers;
}

// The numbered entries of a directory of procfs.
std::vector<std::string> numbered(const std::string& path) {
  std::vector<std::string> names;
  DIR* const directory = opendir(path.c_str());
  if (!directory) return names;
  while (const dirent* const entry = readdir(directory)) {
    if (isdigit(static_cast<unsigned char>(entry->d_name[0]))) names.push_back(entry->d_name);
  }
  closedir(directory);
  return names;
}

std::vector<pid_t> with_parent(pid_t parent) {
  std::vector<pid_t> children;
  for (const std::string& name : numbered("/proc")) {
    const pid_t pid = atoi(name.c_str());
    if (is_alive({pid, parent})) children.push_back(pid);
  }
  return children;
}

// Or another file of root's with that name: enter of another release, or what a test of faults has in its place.
bool executes(pid_t pid, const Program& program) {
  constexpr std::string_view kName = "/slipway-enter";
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  struct stat status;
  if (stat(link.c_str(), &status) != 0) return false;
  if (status.st_dev == program.device && status.st_ino == program.inode) return true;
  char path[PATH_MAX];
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  const bool has_name = size > 0 && std::string_view(path, size).ends_with(kName);
  return has_name && status.st_uid == 0 && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

}  // namespace

void await_answer(int socket, const Patience& patience) {
  pollfd waits[] = {{socket, POLLIN, 0}, {patience.ranks, 0, 0}};  // an end of file is reported unasked
  int ready;
  do ready = poll(waits, 2, static_cast<int>(patience.seconds) * 1000);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) {
    throw Error("container", "it was not ready within " + std::to_string(patience.seconds) + " seconds",
                "ask the admin to look at this node's storage and name service (stage_timeout=)");
  }
  if (!waits[0].revents) throw Error("container", "the step ended before it was ready");
}

void take_nothing_from_ranks(int socket) {
  if (shutdown(socket, SHUT_RD) != 0) throw system_error("container", "shutdown");
}

// Any process of the step's user may have the eventfd: a task prolog inherits it. It can say that there is a rank where
// there is none, and may hold its end of the pair for longer than the step lives; so neither is believed.
std::optional<Rank> await_rank(const Hellos& hellos) {
  const Fd directory = directory_of(hellos.slurmstepd);
  for (;; nanosleep(&kPause, nullptr)) {
    pollfd waits[] = {{hellos.hello, POLLIN, 0}, {hellos.ranks, 0, 0}};
    poll(waits, 2, kTick);
    const auto children = children_of(directory);
    if (!children || waits[1].revents) return std::nullopt;
    if (!waits[0].revents) continue;
    for (const pid_t child : *children) {
      if (executes(child, hellos.enter)) return Rank{child, hellos.slurmstepd};
    }
  }
}

Fd directory_of(pid_t process) {
  return Fd(open(("/proc/" + std::to_string(process)).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

// Each is listed under the thread that forked it (proc_pid_children(5)); a kernel without CONFIG_PROC_CHILDREN lists
// all processes only.
std::optional<std::vector<pid_t>> children_of(const Fd& directory) {
  const std::string process = "/proc/self/fd/" + std::to_string(directory.get()) + "/";
  const std::vector<std::string> threads = numbered(process + "task");
  if (threads.empty()) return std::nullopt;
  std::vector<pid_t> children;
  bool is_listed = false;
  for (const std::string& thread : threads) {
    const std::string file = process + "task/" + thread + "/children";
    is_listed |= access(file.c_str(), F_OK) == 0;
    for (const pid_t child : numbers_in(text_of_file(file))) children.push_back(child);
  }
  return is_listed ? children : with_parent(atoi(field_of(text_of_file(process + "status"), "Pid").c_str()));
}

bool is_alive(const Rank& rank) {
  const std::string status = text_of_file("/proc/" + std::to_string(rank.pid) + "/status");
  return field_of(status, "PPid") == std::to_string(rank.slurmstepd);
}

}  // namespace slipway
