// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <iterator>
#include <set>

#include "cli/doctor/checks.h"
#include "lib/base/error.h"
#include "lib/base/escaped_list.h"
#include "lib/base/paths.h"
#include "lib/spec/layout.h"

namespace slipway::doctor {

namespace {

// Types that one machine alone does not have; those of FUSE are named fuse.NAME.
constexpr std::string_view kSharedTypes[] = {
    "afs",    "beegfs", "ceph",  "cifs",     "fuse.ceph", "fuse.glusterfs", "fuse.juicefs", "fuse.mfs", "gfs2",  "gpfs",
    "lustre", "nfs",    "ocfs2", "orangefs", "panfs",     "pvfs2",          "quobyte",      "smb3",     "wekafs"};

bool has_option(const std::string& options, std::string_view option) {
  return ("," + options + ",").find("," + std::string(option) + ",") != std::string::npos;
}

// Whether mounts= of the admin shows it in each container.
bool is_shown(const Site& site, const SharedFileSystem& file_system) {
  constexpr std::string_view kAutomatic = "auto:";
  for (const std::string& text : site.settings.mounts) {
    const bool is_automatic = text.starts_with(kAutomatic);
    for (const std::string& word : split_escaped(is_automatic ? text.substr(kAutomatic.size()) : text, ',')) {
      const std::string source = unescaped(split_escaped(word, ':')[0]);
      if (is_automatic && (word == file_system.kind || (word == "nfs4" && file_system.kind == "nfs"))) return true;
      if (!is_automatic && is_at_or_below(file_system.directory, source)) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<std::string> automounts(const Site& site) {
  std::vector<std::string> places;
  for (const MountEntry& mount : site.mounts) {
    const bool is_systems = is_at_or_below(mount.directory, "/proc") || is_at_or_below(mount.directory, "/sys") ||
                            is_at_or_below(mount.directory, "/boot") || is_at_or_below(mount.directory, "/efi");
    if (mount.type == "autofs" && !is_systems) places.push_back(mount.directory);
  }
  return places;
}

Finding look_at_automounts(const Site& site) {
  const std::vector<std::string> places = automounts(site);
  if (places.empty()) return ok("none", "homes and other directories are there without it");
  return ok(list_of(places), "what it mounts is seen in containers, also when it is mounted later");
}

std::vector<SharedFileSystem> shared_file_systems(const Site& site) {
  std::vector<SharedFileSystem> all;
  for (const MountEntry& mount : site.mounts) {
    const std::string kind = mount.type == "nfs4" ? "nfs" : mount.type;
    if (std::find(std::begin(kSharedTypes), std::end(kSharedTypes), kind) == std::end(kSharedTypes)) continue;
    if (belongs_to_image(mount.directory)) continue;
    all.push_back({kind, mount.directory, has_option(mount.options, "ro") || has_option(mount.super_options, "ro")});
  }
  return all;
}

Finding look_at_shared_file_systems(const Site& site) {
  std::vector<std::string> shown, hidden;
  std::set<std::string> kinds;
  for (const SharedFileSystem& file_system : shared_file_systems(site)) {
    const bool is_inside = is_shown(site, file_system);
    (is_inside ? shown : hidden).push_back(file_system.directory + " (" + file_system.kind + ")");
    if (!is_inside) kinds.insert(file_system.kind);
  }
  if (shown.empty() && hidden.empty()) return ok("none mounted", "there is nothing to show in containers");
  if (hidden.empty()) return ok(list_of(shown), "mounts= shows them in each container");
  std::string types;
  for (const std::string& kind : kinds) types += (types.empty() ? "" : ",") + kind;
  return warning(list_of(hidden),
                 "containers show of them only the user's home and the directory in which a step starts",
                 "mounts=auto:" + types + " shows them in each container");
}

}  // namespace slipway::doctor
