// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <sstream>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"
#include "plugin/libslurm.h"

namespace slipway::doctor {

namespace {

// "22.05", as Slurm writes it.
std::string text_of(const SlurmRelease& release) {
  return std::to_string(release.year) + (release.month < 10 ? ".0" : ".") + std::to_string(release.month);
}

// "release 24.11 below /opt/slurm/24.11".
std::string text_of(const Installation& installation) {
  const std::string place = " below " + printable(installation.prefix);
  if (const SlurmRelease* const release = slurm_release(installation.interface)) {
    return "release " + text_of(*release) + place;
  }
  if (installation.interface == 0) return "a Slurm without libslurm.so" + place;
  return "libslurm.so." + std::to_string(installation.interface) + place;
}

// All that were found: the first counts.
std::string text_of(const std::vector<Installation>& installed) {
  std::string text = text_of(installed[0]);
  if (installed.size() == 1) return text;
  if (!installed[0].witness.empty()) text += ", which counts: " + installed[0].witness;
  text += "; also here: ";
  for (size_t i = 1; i < installed.size(); ++i) {
    const std::string& witness = installed[i].witness;
    text += (i == 1 ? "" : ", ") + text_of(installed[i]) + (witness.empty() ? "" : " (" + witness + ")");
  }
  return text;
}

std::string said(const std::string& key, const std::string& value) {
  return value.empty() ? "slurm.conf does not set " + key : key + "=" + printable(value);
}

// Of a file in YAML, as namespace.yaml(5) has them.
std::string without_comments(const std::string& text) {
  std::istringstream lines(text);
  std::string rest;
  for (std::string line; std::getline(lines, line);) rest += line.substr(0, line.find('#')) + "\n";
  return rest;
}

bool has_in_small_letters(std::string text, std::string_view word) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return tolower(c); });
  return text.find(word) != text.npos;
}

}  // namespace

Finding look_at_slurm_conf(const Site& site) {
  if (site.slurm.path.empty()) {
    return missing("no " + printable(site.slurm.usual) + ", and none in /run/slurm/conf",
                   "Slurm's configuration is not seen, and most of what follows", "name it in SLURM_CONF");
  }
  if (site.slurm.unreadable.empty()) return ok(printable(site.slurm.path), "it and what it includes can be read");
  const std::string files = list_of(site.slurm.unreadable);
  if (!site.node.exists(site.slurm.unreadable[0]) && !site.node.is_hidden(site.slurm.unreadable[0])) {
    return missing("no " + files, "Slurm's programs need it, and what follows is not all that is configured",
                   "correct SLURM_CONF, or the include in slurm.conf");
  }
  return unknown(files + " cannot be read by this user", "what follows is not all that is configured",
                 "run slipway doctor as root");
}

Finding look_at_slurm_release(const Site& site) {
  const char* const remedy = "put the directory of Slurm's commands into PATH";
  if (site.installed.empty()) {
    return unknown("no slurmd runs here, and no Slurm is in PATH or a usual place",
                   "Slipway's plugin needs Slurm 20.11 to 26.05", remedy);
  }
  const Installation& slurm = site.installed[0];
  const std::string found = text_of(site.installed);
  if (slurm.witness.empty() && site.installed.size() > 1) {
    return unknown(found, "which of them counts is not seen: no slurmd runs here, and none is in PATH", remedy);
  }
  if (slurm.interface == 0) return unknown(found, "its release is not seen", "ask slurmd -V");
  const SlurmRelease* const release = slurm_release(slurm.interface);
  if (!release) {
    return missing(found, "Slipway does not know this release, and Slurm refuses to load its plugin",
                   "install a release of Slipway that knows it");
  }
  if (release->was_tested) return ok(found, "Slipway knows this release, and was tried on it");
  return ok(found, "Slipway knows this release, but nobody has tried it there");
}

Finding look_at_oci_conf(const Site& site) {
  const std::string path = site.slurm.directory() + "oci.conf";
  if (site.node.is_hidden(path)) return hidden(path);
  if (!site.node.exists(path)) return ok("none", "Slurm leaves --container to Slipway");
  const bool has_runtimes = !site.installed.empty() && site.installed[0].interface >= kFirstWithRuntime;
  if (!has_runtimes) {
    return missing(printable(path) + " is there", "Slurm's own OCI containers take --container, and Slipway refuses it",
                   "choose one of the two: remove oci.conf");
  }
  for (const std::string& directory : plugin_directories(site)) {
    const std::string runtime = directory + "/runtime_slipway.so";
    if (!site.node.exists(runtime)) continue;
    return ok(printable(path) + " and " + printable(runtime), "Slurm's own OCI containers need --runtime=oci");
  }
  return missing(printable(path) + " is there, and no runtime_slipway.so",
                 "Slurm's own OCI containers take --container, and Slipway refuses it",
                 "install runtime_slipway.so in Slurm's PluginDir, or remove oci.conf");
}

// From 25.11 on the key is NamespaceType, which may be a list, of words with or without what is before the slash; the
// older key counts where it is not set.
Finding look_at_job_container(const Site& site) {
  const bool has_newer = !site.slurm.value("namespacetype").empty();
  const std::string key = has_newer ? "namespacetype" : "jobcontainertype", types = site.slurm.value(key);
  if (types.empty()) {
    return ok("slurm.conf sets neither NamespaceType nor JobContainerType", "containers show the node's /tmp");
  }
  const std::string found = said(has_newer ? "NamespaceType" : "JobContainerType", types);
  if (has_in_small_letters(types, "none")) return ok(found, "containers show the node's /tmp");
  const std::string path = site.slurm.directory() + "namespace.yaml";
  if (site.slurm.has(key, "namespace/linux") || site.slurm.has(key, "linux")) {
    if (site.node.exists(path) && !site.node.is_readable(path)) {
      return unknown(found + ", and " + printable(path) + " cannot be read by this user",
                     "whether jobs have a user namespace of their own, which no container can be joined from, is not "
                     "seen",
                     "run slipway doctor as root");
    }
    const std::string text = without_comments(site.node.text(path));
    if (has_in_small_letters(text, "clone_newuser")) {
      // It may be for other nodes only, and this one's health must not depend on that.
      const auto finding = has_in_small_letters(text, "node_confs") ? warning : missing;
      return finding(found + ", and " + printable(path) + " has CLONE_NEWUSER",
                     "jobs with a user namespace of their own get a sentence instead of a container",
                     "take CLONE_NEWUSER out of clone_ns_flags; CLONE_NEWPID may stay");
    }
  }
  return ok(found, "containers show what jobs have of their own, such as /tmp");
}

Finding look_at_contain_spank(const Site& site) {
  if (!site.slurm.has("slurmdparameters", "contain_spank")) {
    return ok("not in SlurmdParameters", "Slipway does not depend on it");
  }
  return ok("in SlurmdParameters", "plugins' hooks run in the job's namespaces; Slipway works with it and without");
}

Finding look_at_proctrack(const Site& site) {
  const std::string type = site.slurm.value("proctracktype"), found = said("ProctrackType", type);
  if (type == "proctrack/pgid") {
    return warning(found,
                   "a process that makes a process group of its own outlives its step, and its container with it",
                   "set ProctrackType=proctrack/cgroup");
  }
  if (type == "proctrack/linuxproc") {
    return warning(found, "a process whose parent has ended outlives its step, and its container with it",
                   "set ProctrackType=proctrack/cgroup");
  }
  return ok(found, "a step's end takes its processes, and with them the container");
}

Finding look_at_prolog_flags(const Site& site) {
  return ok(said("PrologFlags", site.slurm.value("prologflags")), "Slipway does not depend on it");
}

Finding look_at_test_exec(const Site& site) {
  if (!site.slurm.has("launchparameters", "test_exec")) {
    return ok("not in LaunchParameters", "programs that only the image has can be named");
  }
  return warning("in LaunchParameters", "srun refuses programs that only the image has",
                 "take it out of LaunchParameters, or tell users to write: srun --container=IMAGE env PROGRAM");
}

Finding look_at_munge(const Site& site) {
  const std::string type = site.slurm.value("authtype");
  if (!type.empty() && type != "auth/munge") return ok("AuthType=" + printable(type), "Slurm does not use munge here");
  constexpr std::string_view kSocket = "socket=";
  const std::string info = site.slurm.value("authinfo");
  const size_t at = info.find(kSocket);
  const std::string named = at == info.npos ? "" : info.substr(at + kSocket.size());
  const std::string path = named.empty() ? "/run/munge/munge.socket.2" : named.substr(0, named.find(','));
  if (site.node.is_hidden(path)) return hidden(path);
  const auto status = site.node.status(path);
  if (status && S_ISSOCK(status->st_mode)) return ok(printable(path), "Slurm's programs can prove who they are");
  return warning("no socket " + printable(path),
                 "Slurm's programs cannot prove who they are, with containers or without", "start munge on this node");
}

}  // namespace slipway::doctor
