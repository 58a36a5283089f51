// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/host_policy.h"

#include <algorithm>

#include "lib/base/error.h"
#include "lib/base/paths.h"
#include "lib/base/text_file.h"
#include "lib/kernel/opened_file.h"

namespace slipway {

namespace {

bool hides_home(const Settings& settings, const std::string& home) {
  return settings.mount_home == Settings::MountHome::kNo && !belongs_to_image(home);
}

std::string joined(const std::string& directory, std::string_view below) {
  return normal_path(directory + "/" + std::string(below));
}

}  // namespace

HostPolicy::HostPolicy(const Settings& settings, const std::string& home, std::string_view mounts)
    : settings_(settings) {
  const bool is_asked = !settings.mounts_allow.empty() || !settings.mounts_deny.empty() || hides_home(settings, home);
  if (!is_asked) return;
  mounts_ = mount_table_of(mounts.empty() ? text_of_file("/proc/self/mountinfo") : std::string(mounts));
  for (const std::string& path : settings.mounts_allow) allowed_.push_back(place_of(path, ""));
  for (const std::string& path : settings.image_paths) images_.push_back(place_of(path, ""));
  for (const std::string& path : settings.mounts_deny) denied_.push_back(place_of(path, "mounts_deny=" + path));
  if (hides_home(settings, home)) denied_.push_back(place_of(home, words_of_key(settings, "mount_home")));
}

std::string HostPolicy::denial_of(int fd, AskedFor asked_for) const {
  if (asked_for == AskedFor::kNot || (allowed_.empty() && denied_.empty())) return "";
  // By its name, that of another mount namespace is any place at all.
  if (!is_on_own_mount(fd)) return "lies on a mount that is not this node's own";
  return denial_of(real_path(fd), asked_for);
}

void HostPolicy::refuse_denied(int fd, const std::string& name, AskedFor asked_for) const {
  const std::string denial = denial_of(fd, asked_for);
  if (!denial.empty()) throw Error(name, denial, "leave it out, or ask the admin");
}

std::string HostPolicy::denial_of(const std::string& path, AskedFor asked_for) const {
  if (asked_for == AskedFor::kNot) return "";
  const std::string denial = denial_by_allowed(path, asked_for);
  if (!denial.empty()) return denial;
  for (const Place& place : denied_) {
    if (is_in(path, place)) return "is not to be mounted here (" + place.key + ")";
    if (holds(path, place)) return "holds what is not to be mounted here (" + place.key + ")";
  }
  return "";
}

std::string HostPolicy::denial_by_allowed(const std::string& path, AskedFor asked_for) const {
  const auto holds_path = [&](const Place& place) { return is_in(path, place); };
  if (allowed_.empty() || std::any_of(allowed_.begin(), allowed_.end(), holds_path)) return "";
  if (asked_for == AskedFor::kAsImage && std::any_of(images_.begin(), images_.end(), holds_path)) return "";
  // The node's own libraries are no place of the user's choice.
  if (asked_for == AskedFor::kByLibraryPath && belongs_to_image(path)) return "";
  return "is not among what may be mounted here (" + words_of_key(settings_, "mounts_allow") + ")";
}

// The last of the mounts that lie there covers the others.
HostPolicy::Tree HostPolicy::tree_at(const std::string& path) const {
  const MountEntry* found = nullptr;
  for (const MountEntry& mounted : mounts_) {
    if (!is_at_or_below(path, mounted.directory)) continue;
    if (!found || mounted.directory.size() >= found->directory.size()) found = &mounted;
  }
  if (!found) return {"", path};
  const size_t start = found->directory == "/" ? 0 : found->directory.size();
  return {found->device, joined(found->root, std::string_view(path).substr(start))};
}

// With its mounts.
std::vector<HostPolicy::Tree> HostPolicy::trees_below(const std::string& path) const {
  std::vector<Tree> trees = {tree_at(path)};
  for (const MountEntry& mounted : mounts_) {
    if (mounted.directory != path && is_at_or_below(mounted.directory, path)) {
      trees.push_back({mounted.device, mounted.root});
    }
  }
  return trees;
}

HostPolicy::Place HostPolicy::place_of(const std::string& path, const std::string& key) const {
  const std::string real = resolved_path(path);
  return {real, key, trees_below(real)};
}

bool HostPolicy::is_in(const std::string& path, const Place& place) const {
  if (is_at_or_below(path, place.path)) return true;
  const Tree tree = tree_at(path);
  return std::any_of(place.trees.begin(), place.trees.end(), [&](const Tree& whole) {
    return whole.device == tree.device && is_at_or_below(tree.path, whole.path);
  });
}

// Also where a mount of it is covered by another: those that are mounted later are not known here.
bool HostPolicy::holds(const std::string& path, const Place& place) const {
  if (is_at_or_below(place.path, path)) return true;
  for (const Tree& shown : trees_below(path)) {
    for (const Tree& part : place.trees) {
      if (shown.device != part.device) continue;
      if (is_at_or_below(part.path, shown.path) || is_at_or_below(shown.path, part.path)) return true;
    }
  }
  return false;
}

}  // namespace slipway
