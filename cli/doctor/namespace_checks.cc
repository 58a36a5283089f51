// SPDX-License-Identifier: BSD-3-Clause
#include <cerrno>
#include <cstring>
#include <iterator>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"
#include "lib/base/text_file.h"
#include "lib/protocol/wire.h"

namespace slipway::doctor {

namespace {

std::string limit_of(const std::string& name) { return "/proc/sys/user/max_" + name + "_namespaces"; }

std::string remedy_for(const std::string& name) { return "sysctl user.max_" + name + "_namespaces=10000"; }

// Every container has one of each user and mount namespace, and they count for root as for users.
Finding look_at_limit(const Site& site, const std::string& name) {
  const std::string limit = site.node.word(limit_of(name));
  if (limit.empty()) {
    return missing("no " + limit_of(name), "this kernel makes no " + name + " namespaces: no container can be made",
                   "run a kernel with namespaces");
  }
  const std::string found = "user.max_" + name + "_namespaces=" + printable(limit);
  if (limit == "0") return missing(found, "no container can be made, not by root either", remedy_for(name));
  return ok(found, "a step's container needs one on each node");
}

// Ubuntu's, of which a profile for Slipway's helper makes an exception.
constexpr char kAppArmorRestricts[] = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

bool apparmor_restricts(const Site& site) {
  const std::string value = site.node.word(kAppArmorRestricts);
  return !value.empty() && value != "0";
}

std::string failure_of(const Site& site, const Attempt& attempt) {
  const bool is_filtered = field_of(site.node.text("/proc/self/status"), "Seccomp") == "2";
  const char* const filter = is_filtered ? ", under a filter of system calls (Seccomp: 2 in /proc/self/status)" : "";
  const char* const why = attempt.state == Attempt::kKilled ? "the process was killed" : strerror(attempt.error);
  return std::string(attempt.what) + ": " + why + filter;
}

std::string remedy_for(const Attempt& attempt, const std::string& name) {
  if (attempt.error == ENOSPC || attempt.error == EUSERS) {
    return "raise the sysctl user.max_" + name + "_namespaces; the kernel nests 32 of them at most";
  }
  return "start slurmd outside of a chroot, and where its service (RestrictNamespaces=) or container filters system "
         "calls, let it unshare, mount and change its ids";
}

// Once its limit is found good. What fails for a user can work for root, who starts Slipway's helper.
Finding judge(const Site& site, const Finding& limit, const std::string& name, const Attempt& attempt, bool is_roots) {
  if (attempt.state == Attempt::kWorked) {
    return ok(limit.found + ", and " + (is_roots ? "root" : "this user") + " could make one", limit.means);
  }
  if (attempt.state == Attempt::kNotMade) {
    return unknown(limit.found + ", but making one was not tried", "the trial ended before",
                   "see the line of mount namespaces");
  }
  const std::string found = limit.found + ", but " + failure_of(site, attempt);
  if (!is_roots) {
    return unknown(found, "root, who starts Slipway's helper, may be able to", "run slipway doctor as root");
  }
  if (apparmor_restricts(site)) {
    return unknown(found, "AppArmor may let Slipway's helper do what it denies to this command",
                   "run a step with a container");
  }
  return missing(found, "no container can be made", remedy_for(attempt, name));
}

}  // namespace

Finding look_at_user_namespaces(const Site& site) {
  const Finding limit = look_at_limit(site, "user");
  if (limit.status != Status::kOk) return limit;
  const NamespaceTrial trial = site.try_namespaces();
  return judge(site, limit, "user", trial.users, trial.is_roots);
}

Finding look_at_mount_namespaces(const Site& site) {
  const Finding limit = look_at_limit(site, "mnt");
  if (limit.status != Status::kOk) return limit;
  const NamespaceTrial trial = site.try_namespaces();
  return judge(site, limit, "mnt", trial.is_roots ? trial.roots_mounts : trial.users, trial.is_roots);
}

Finding look_at_other_namespaces(const Site& site) {
  const char* const means = "--container-unshare fails with them; other containers run";
  const char* const without = "; or unshare= among the plugin's keys";
  std::vector<std::string> none, failed;
  std::string remedy;
  for (const auto& [flag, name] : kUnsharable) {
    const std::string limit = site.node.word(limit_of(name));
    if (!limit.empty() && limit != "0") continue;
    none.push_back(name);
    remedy += (remedy.empty() ? "" : "; ") + remedy_for(name);
  }
  if (!none.empty()) {
    return warning("no namespaces of these kinds can be made: " + list_of(none), means, remedy + without);
  }
  const NamespaceTrial trial = site.try_namespaces();
  if (trial.users.state != Attempt::kWorked) {
    return unknown("not tried, since no user namespace could be made to have them in",
                   "--container-unshare is for containers that can be made", "");
  }
  for (size_t i = 0; i < std::size(kUnsharable); ++i) {
    const Attempt& attempt = trial.others[i];
    if (attempt.state == Attempt::kWorked) continue;
    failed.push_back(kUnsharable[i].name + (" (" + failure_of(site, attempt) + ")"));
    if (remedy.empty()) remedy = remedy_for(attempt, kUnsharable[i].name);
  }
  if (failed.empty()) return ok("net, ipc, uts, pid", "--container-unshare can have them");
  const std::string found = "no namespaces of these kinds could be made: " + list_of(failed);
  if (trial.is_roots) return warning(found, means, remedy + without);
  return unknown(found, "root, who starts Slipway's helper, may be able to", "run slipway doctor as root");
}

Finding look_at_unprivileged_namespaces(const Site& site) {
  const std::string value = site.node.word("/proc/sys/kernel/unprivileged_userns_clone");
  if (value != "0") {
    return ok(
        value.empty() ? "not restricted by kernel.unprivileged_userns_clone" : "kernel.unprivileged_userns_clone=1",
        "Slipway does not depend on it: its helper is started by root");
  }
  return ok(
      "kernel.unprivileged_userns_clone=0",
      "containers run: Slipway's helper is started by root and keeps the one capability that this asks for; its users "
      "own the user namespace of their container, and with it that part of the kernel's surface");
}

Finding look_at_apparmor(const Site& site) {
  if (!apparmor_restricts(site)) return ok("it restricts no user namespaces", "nothing is in the way");
  const std::string found =
      "kernel.apparmor_restrict_unprivileged_userns=" + printable(site.node.word(kAppArmorRestricts));
  const char* const profile = "/etc/apparmor.d/slipway";
  if (site.node.exists(profile)) {
    return ok(
        found + ", and " + profile + " is there",
        "the profile lets Slipway's helper make user namespaces, when it is loaded; users' programs do not get it");
  }
  return warning(found + ", and no " + profile,
                 "the user namespace of a container may hold no power, and containers then fail",
                 "copy the file apparmor of Slipway's documentation there and load it: apparmor_parser -r " +
                     std::string(profile));
}

Finding look_at_selinux(const Site& site) {
  const std::string enforce = site.node.word("/sys/fs/selinux/enforce");
  if (enforce != "1") return ok(enforce.empty() ? "no SELinux" : "SELinux is permissive", "nothing is in the way");
  return warning(
      "SELinux is enforcing",
      "Slipway's helper runs in the domain of slurmd, which must be allowed to mount and to make user namespaces",
      "run a step with a container, and look for slipway in the audit log (ausearch -m avc) where it fails");
}

}  // namespace slipway::doctor
