#include "helper/identity.h"

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

#include "helper/child.h"
#include "enter/privileges.h"
#include "helper/error.h"

namespace slipway {

namespace {

void take_ids(const Request& request) {
  if (setgroups(request.groups.size(), request.groups.data()) != 0) throw system_error("container", "setgroups");
  if (setresgid(request.gid, request.gid, request.gid) != 0) throw system_error("container", "setresgid");
  if (setresuid(request.uid, request.uid, request.uid) != 0) throw system_error("container", "setresuid");
}

// What every change of credentials undoes (credentials(7), prctl(2)), so it comes last.
void settle_as_user(pid_t parent) {
  must(become_undumpable());
  die_with_parent(parent);
}

bool write_file(const std::string& path, const std::string& text) {
  const Fd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

void become_user(const Request& request) {
  const pid_t parent = getppid();
  take_ids(request);
  must(set_capabilities(0));
  settle_as_user(parent);
}

void become_user_who_can_unshare(const Request& request) {
  // CAP_SYS_ADMIN is kept for one call, unshare(CLONE_NEWUSER), which sites may deny to users without it. The kernel
  // clears the effective set when the uid leaves 0 (capabilities(7)); KEEPCAPS leaves the permitted set, which capset
  // then cuts down to this one.
  const pid_t parent = getppid();
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) throw system_error("container", "prctl(PR_SET_KEEPCAPS)");
  take_ids(request);
  must(set_capabilities(uint64_t{1} << CAP_SYS_ADMIN));
  if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) != 0) throw system_error("container", "prctl(PR_SET_KEEPCAPS)");
  settle_as_user(parent);
}

void write_identity_maps(pid_t child, const Request& request, bool as_root) {
  const auto line = [](unsigned inside, unsigned id) {
    return std::to_string(inside) + " " + std::to_string(id) + " 1\n";
  };
  // The kernel takes 340 lines (user_namespaces(7)); the primary gid comes first, and groups past that stay in force
  // but are shown as nogroup.
  constexpr size_t kMostLines = 340;
  std::string gids = line(as_root ? 0 : request.gid, request.gid);
  std::set<gid_t> seen{request.gid};
  for (const gid_t group : request.groups) {
    if (seen.size() == kMostLines) break;
    if (as_root && group == 0) continue;  // 0 is taken inside
    if (seen.insert(group).second) gids += line(group, group);
  }
  const std::string process = "/proc/" + std::to_string(child);
  if (!write_file(process + "/setgroups", "deny") || !write_file(process + "/gid_map", gids) ||
      !write_file(process + "/uid_map", line(as_root ? 0 : request.uid, request.uid))) {
    throw system_error("container", "writing the id maps of its user namespace");
  }
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
