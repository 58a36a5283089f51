// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/identity.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iterator>
#include <set>
#include <string>

#include "lib/base/error.h"
#include "lib/process/child.h"
#include "lib/process/privileges.h"

namespace slipway {

namespace {

// Kept for one call, unshare(CLONE_NEWUSER), which sites may deny to users without it.
constexpr uint64_t kForUnshare = uint64_t{1} << CAP_SYS_ADMIN;

const char* take_ids(const Request& request) {
  if (setgroups(request.groups.size(), request.groups.data()) != 0) return "setgroups";
  if (setresgid(request.gid, request.gid, request.gid) != 0) return "setresgid";
  return setresuid(request.uid, request.uid, request.uid) == 0 ? nullptr : "setresuid";
}

// What every change of credentials undoes (credentials(7), prctl(2)), so it comes last.
void settle_as_user(pid_t parent) {
  must(become_undumpable());
  die_with_parent(parent);
}

std::string map_line(unsigned inside, unsigned id, unsigned count) {
  return std::to_string(inside) + " " + std::to_string(id) + " " + std::to_string(count) + "\n";
}

bool write_file(const std::string& path, const std::string& text) {
  const Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

void become_user(const Request& request) {
  const pid_t parent = getppid();
  must(take_ids(request));
  must(set_capabilities(0, 0));
  settle_as_user(parent);
}

void become_user_who_can_unshare(const Request& request) {
  const pid_t parent = getppid();
  must(take_ids_to_unshare(request));
  settle_as_user(parent);
}

// The kernel clears the effective set when the uid leaves 0 (capabilities(7)); KEEPCAPS leaves the permitted set, which
// capset then cuts down to this one.
const char* take_ids_to_unshare(const Request& request) {
  const char* const kKeepCaps = "prctl(PR_SET_KEEPCAPS)";
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return kKeepCaps;
  if (const char* const failed = take_ids(request)) return failed;
  if (const char* const failed = set_capabilities(0, kForUnshare)) return failed;
  return prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) == 0 ? nullptr : kKeepCaps;
}

const char* make_unshare_effective() { return set_capabilities(kForUnshare, kForUnshare); }

// The primary gid comes first, then the others in rising order, where neighbours share a line.
std::string gid_map(const Request& request, bool as_root) {
  // The kernel takes so many lines, in one write of less than a page (user_namespaces(7)).
  constexpr int kMostLines = 340;
  const size_t most_bytes = sysconf(_SC_PAGESIZE) - 1;
  std::set<gid_t> others(request.groups.begin(), request.groups.end());
  others.erase(request.gid);
  if (as_root) others.erase(0);  // 0 is taken inside
  std::string text = map_line(as_root ? 0 : request.gid, request.gid, 1);
  int lines = 1;
  for (auto gid = others.begin(); gid != others.end() && lines < kMostLines; ++lines) {
    const gid_t first = *gid;
    gid_t count = 0;
    while (gid != others.end() && *gid == first + count) ++gid, ++count;
    const std::string line = map_line(first, first, count);
    if (text.size() + line.size() > most_bytes) break;
    text += line;
  }
  return text;
}

const char* write_identity_maps(pid_t child, const Request& request, bool as_root) {
  const std::string process = "/proc/" + std::to_string(child);
  const bool is_written = write_file(process + "/setgroups", "deny") &&
                          write_file(process + "/gid_map", gid_map(request, as_root)) &&
                          write_file(process + "/uid_map", map_line(as_root ? 0 : request.uid, request.uid, 1));
  return is_written ? nullptr : "writing the id maps of its user namespace";
}

Fd make_image_owner_map(const Request& request) {
  // A process is needed to own the namespace until it is open; it does nothing and is killed. It shares this one's
  // memory, since a copy would cost more than all else here.
  alignas(16) char stack[16384];  // finding prctl() in the C library may save all registers there
  pid_t parent = getpid();
  const auto wait_for_end = [](void* parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (getppid() == *static_cast<const pid_t*>(parent)) pause();
    return 0;
  };
  const pid_t child = clone(wait_for_end, std::end(stack), CLONE_VM | CLONE_NEWUSER | SIGCHLD, &parent);
  if (child < 0) return {};
  const std::string process = "/proc/" + std::to_string(child);
  Fd map;
  if (write_file(process + "/uid_map", "0 " + std::to_string(request.uid) + " 1\n") &&
      write_file(process + "/gid_map", "0 " + std::to_string(request.gid) + " 1\n")) {
    map.reset(open((process + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return map;
}

}  // namespace slipway
