// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/suggestion.h"

#include <map>
#include <vector>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"

namespace slipway::doctor {

namespace {

class Lines {
 public:
  // `line` may be a comment itself.
  void add(const std::string& comment, const std::string& line) { text_ += "# " + comment + "\n" + line + "\n\n"; }
  const std::string& text() const { return text_; }

 private:
  std::string text_ = "# From slipway doctor --suggest; see slipway.conf(5). The plugin's line names this file:\n"
                      "# required spank_slipway.so config=/etc/slurm/slipway.conf\n\n";
};

void suggest_mounts(const Site& site, Lines& lines) {
  std::map<std::string, std::vector<std::string>> places;
  for (const SharedFileSystem& file_system : shared_file_systems(site)) {
    places[file_system.kind].push_back(file_system.directory);
  }
  std::string kinds, found;
  for (const auto& [kind, directories] : places) {
    kinds += (kinds.empty() ? "" : ",") + kind;
    found += (found.empty() ? "" : "; ") + kind + " at " + list_of(directories);
  }
  if (!kinds.empty()) lines.add("Mounted here: " + found + ". Shown in each container:", "mounts=auto:" + kinds);
}

void suggest_trusted_paths(const Site& site, Lines& lines) {
  for (const SharedFileSystem& file_system : shared_file_systems(site)) {
    if (!file_system.is_read_only) continue;
    const std::string directory = printable(file_system.directory);
    lines.add(directory + " (" + file_system.kind +
                  ") is mounted read-only here. If only root can write it on every "
                  "machine that has it,\n# and on its server, the kernel may mount root's images there. To be decided "
                  "by you:",
              "#trusted_path=" + directory);
  }
}

void suggest_mount_home(const Site& site, Lines& lines) {
  const std::vector<std::string> places = automounts(site);
  if (!places.empty()) {
    lines.add("An automounter waits at " + list_of(places) +
                  ". The default shows each user's home, which mounts it when "
                  "the step starts;\n# \"user\" leaves that to those who ask for their home:",
              "#mount_home=user");
  }
}

void suggest_devices(const Site& site, Lines& lines) {
  const Finding fabrics = look_at_fabrics(site);
  if (fabrics.status == Status::kOk && site.settings.device_table.empty()) {
    lines.add("Devices that containers have here besides a small /dev: " + fabrics.found + ". Others\n"
              "# are named in a table of the site's own, with lines like: show /dev/NAME*",
              "#devices=/etc/slurm/slipway-devices.conf");
  }
}

void suggest_fuse_program(const Site& site, Lines& lines) {
  constexpr char kOther[] = "/usr/bin/squashfuse_ll";
  if (look_at_fuse_program(site).status == Status::kOk || site.settings.fuse_program == kOther) return;
  if (!site.node.exists(kOther)) return;
  lines.add(printable(site.settings.fuse_program) + " cannot serve users' images, and this is installed:",
            "fuse_program=" + std::string(kOther));
}

void suggest_options(const Site& site, Lines& lines) {
  if (!plugin_line(site.node, site.plugstack_conf, "spank_pyxis.so")) return;
  lines.add("Pyxis is in plugstack.conf, too: its options stay its own with", "options=native");
}

}  // namespace

std::string suggestion_for(const Site& site) {
  Lines lines;
  suggest_mounts(site, lines);
  suggest_trusted_paths(site, lines);
  suggest_mount_home(site, lines);
  suggest_devices(site, lines);
  suggest_fuse_program(site, lines);
  suggest_options(site, lines);
  return lines.text();
}

}  // namespace slipway::doctor
