#include "doctor/checks.h"
#include "helper/error.h"

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

}  // namespace

Finding look_at_user_namespaces(const Site& site) { return look_at_limit(site, "user"); }

Finding look_at_mount_namespaces(const Site& site) { return look_at_limit(site, "mnt"); }

Finding look_at_other_namespaces(const Site& site) {
  std::vector<std::string> none;
  std::string remedy;
  for (const char* name : {"net", "ipc", "uts", "pid"}) {
    const std::string limit = site.node.word(limit_of(name));
    if (!limit.empty() && limit != "0") continue;
    none.push_back(name);
    remedy += (remedy.empty() ? "" : "; ") + remedy_for(name);
  }
  if (none.empty()) return ok("net, ipc, uts, pid", "--container-unshare can have them");
  return warning("no namespaces of these kinds can be made: " + list_of(none),
                 "--container-unshare fails with them; other containers run",
                 remedy + "; or unshare= in plugstack.conf");
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
  const char* const name = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
  const std::string value = site.node.word(name);
  if (value.empty() || value == "0") return ok("it restricts no user namespaces", "nothing is in the way");
  const std::string found = "kernel.apparmor_restrict_unprivileged_userns=" + printable(value);
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
