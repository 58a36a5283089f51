// SPDX-License-Identifier: BSD-3-Clause

// A node of files that a test makes up, for slipway doctor.
#pragma once

#include <filesystem>
#include <string>

#include "cli/doctor/checks.h"
#include "cli/doctor/node.h"
#include "tests/unit/temporary.h"

class FakeNode {
 public:
  // What trying to make namespaces there shows; at first, that root can make all of them.
  slipway::doctor::NamespaceTrial trial = made_by_root();

  // `path` is absolute, on that node.
  void write(const std::string& path, const std::string& text, mode_t mode = 0644) const {
    make_parent(path);
    directory_.write(path.substr(1), text, mode);
  }
  // For what an unprivileged test cannot make: a device, or a file of root's. `target` is one of this machine.
  void link(const std::string& path, const std::string& target) const {
    make_parent(path);
    std::filesystem::create_symlink(target, directory_.path() + path);
  }
  void make_directory(const std::string& path) const { std::filesystem::create_directories(directory_.path() + path); }

  // Those files by which a Slurm is known: libslurm.so.INTERFACE, a plugin, and programs.
  void install_slurm(const std::string& prefix, int interface) const {
    write(prefix + "/lib/libslurm.so." + std::to_string(interface), "");
    write(prefix + "/lib/slurm/proctrack_cgroup.so", "");
    for (const char* program : {"/bin/srun", "/sbin/slurmd", "/sbin/slurmctld"}) write(prefix + program, "", 0755);
  }

  // A line of /proc/self/mountinfo.
  void mount(const std::string& where, const std::string& type, const std::string& super_options = "rw") {
    mounts_ += "20 1 0:5 / " + where + " rw,relatime - " + type + " source " + super_options + "\n";
    write("/proc/self/mountinfo", mounts_);
  }

  slipway::doctor::Node node() const { return slipway::doctor::Node(directory_.path()); }
  std::string place_of(const std::string& path) const { return directory_.path() + path; }
  slipway::doctor::Site site() const {
    unsetenv("SLURM_CONF");
    slipway::doctor::Site site = slipway::doctor::site_of(node());
    site.try_namespaces = [this] { return trial; };
    return site;
  }
  slipway::doctor::Finding answer_of(slipway::doctor::Finding (*look)(const slipway::doctor::Site&)) const {
    return look(site());
  }

 private:
  static slipway::doctor::NamespaceTrial made_by_root() {
    slipway::doctor::NamespaceTrial trial;
    trial.is_roots = true;
    trial.roots_mounts.state = trial.users.state = slipway::doctor::Attempt::kWorked;
    for (slipway::doctor::Attempt& other : trial.others) other.state = slipway::doctor::Attempt::kWorked;
    return trial;
  }

  void make_parent(const std::string& path) const {
    std::filesystem::create_directories((directory_.path() + path).substr(0, (directory_.path() + path).rfind('/')));
  }

  TemporaryDirectory directory_;
  std::string mounts_;
};
