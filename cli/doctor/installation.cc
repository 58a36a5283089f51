// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/installation.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "lib/base/fd.h"
#include "lib/elf/elf_text.h"
#include "lib/image/image_files.h"

namespace slipway::doctor {

namespace {

constexpr std::string_view kLibrary = "libslurm.so.";
constexpr const char* kUsualPrefixes[] = {"/usr", "/usr/local", "/opt/slurm", "/opt/slurm*", "/opt/slurm/*"};
// Below a prefix: Slurm's own packages, and those of Debian, which has a directory for each architecture.
constexpr const char* kLibraryDirectories[] = {"/lib*", "/lib*/*-linux-*", "/lib*/slurm"};
constexpr const char* kPluginDirectories[] = {"/lib*/slurm", "/lib*/slurm-wlm", "/lib*/*-linux-*/slurm",
                                              "/lib*/*-linux-*/slurm-wlm"};

// That of /opt/slurm/sbin/slurmd is /opt/slurm.
std::string prefix_of(const std::string& program) {
  return directory_of(directory_of(program));
}

Installation installation_below(const Node& node, const std::string& prefix) {
  Installation found;
  found.prefix = prefix;
  for (const char* directory : kPluginDirectories) {
    for (const std::string& path : node.matching(prefix + directory)) {
      if (!node.matching(path + "/proctrack_*.so").empty()) found.plugin_directories.push_back(path);
    }
  }
  for (const char* directory : kLibraryDirectories) {
    for (const std::string& path : node.matching(prefix + directory + "/" + std::string(kLibrary) + "*")) {
      const long number = atol(path.c_str() + path.rfind(kLibrary) + kLibrary.size());
      // A package of libraries leaves those of older releases behind.
      if (number <= found.interface) continue;
      found.interface = number;
      found.library = path;
    }
  }
  return found;
}

// The programs of the processes of this name. Any user can name a process as they like, and a health check of root's
// must not be led to files of theirs: only root's processes count, and those of whoever calls us; and the program must
// have that name too (Debian's is slurmd-wlm), which a program that is root for everybody has not.
std::vector<std::string> running(const Node& node, const std::string& name) {
  std::vector<std::string> programs;
  for (const std::string& path : node.matching("/proc/[0-9]*/comm")) {
    if (node.word(path) != name) continue;
    const std::string process = directory_of(path);
    const auto status = node.status(process);
    if (!status || (status->st_uid != 0 && status->st_uid != geteuid())) continue;
    std::string program = node.target_of_link(process + "/exe");  // with " (deleted)" behind it after an upgrade
    // Only root sees that of root's processes. Others see the words with which it was started.
    if (program.empty()) program = node.text(process + "/cmdline").c_str();
    if (program.starts_with('/') && name_of(program).starts_with(name)) programs.push_back(program);
  }
  return programs;
}

// Those of this name in PATH, without links.
std::vector<std::string> callable(const Node& node, const std::string& name) {
  const char* const path = getenv("PATH");
  std::istringstream list(path ? path : "");
  std::vector<std::string> programs;
  for (std::string directory; std::getline(list, directory, ':');) {
    if (!directory.starts_with('/')) continue;
    const std::string program = node.real_path(directory + "/" + name);
    if (!program.empty()) programs.push_back(program);
  }
  return programs;
}

class Installations {
 public:
  explicit Installations(const Node& node) : node_(node) {}

  // False where no Slurm lies below the prefix: srun in /usr/local/bin may be a script of the site's that calls the
  // real one.
  bool add(const std::string& prefix, const std::string& witness) {
    const bool is_known =
        std::any_of(found_.begin(), found_.end(), [&](const auto& one) { return one.prefix == prefix; });
    if (is_known) return true;
    Installation installation = installation_below(node_, prefix);
    if (installation.interface == 0 && installation.plugin_directories.empty()) return false;
    installation.witness = witness;
    found_.push_back(std::move(installation));
    return true;
  }
  std::vector<Installation> take() { return std::move(found_); }

 private:
  const Node& node_;
  std::vector<Installation> found_;
};

}  // namespace

std::vector<Installation> installations(const Node& node) {
  Installations all(node);
  for (const std::string& program : running(node, "slurmd")) all.add(prefix_of(program), "its slurmd runs here");
  for (const char* name : {"srun", "slurmd"}) {
    for (const std::string& program : callable(node, name)) {
      if (all.add(prefix_of(program), std::string("its ") + name + " is the first in PATH")) break;
    }
  }
  for (const std::string& program : running(node, "slurmctld")) all.add(prefix_of(program), "its slurmctld runs here");
  for (const char* pattern : kUsualPrefixes) {
    for (const std::string& prefix : node.matching(pattern)) all.add(node.real_path(prefix), "");
  }
  return all.take();
}

std::string usual_slurm_conf(const Node& node, const Installation& installation) {
  constexpr std::string_view kName = "/slurm.conf";
  constexpr std::string_view kConfigless = "/run/slurm/conf/slurm.conf";
  std::string library = installation.library;
  if (library.empty() && !installation.plugin_directories.empty()) {
    library = installation.plugin_directories[0] + "/libslurmfull.so";
  }
  std::string path;
  if (const Fd file(open(node.place_of(library).c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)); file) {
    visit_texts(file.get(), [&](const std::string& text) {
      if (text.starts_with('/') && text.ends_with(kName) && text != kConfigless) path = text;
      return !path.empty();
    });
  }
  if (!path.empty()) return path;
  const std::string below_prefix = installation.prefix + "/etc/slurm.conf";
  return node.exists(below_prefix) ? below_prefix : kSlurmConfOfPackages;
}

}  // namespace slipway::doctor
