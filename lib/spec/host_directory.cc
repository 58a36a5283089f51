// SPDX-License-Identifier: BSD-3-Clause
#include "lib/spec/host_directory.h"

#include <sys/mount.h>

#include <algorithm>
#include <iterator>

#include "lib/base/paths.h"
#include "lib/image/image_files.h"

namespace slipway {

void HostDirectory::add_link(const std::string& link, const std::string& path, const std::string& asked_by,
                             AskedFor asked_for) {
  const bool is_there =
      std::any_of(links_.begin(), links_.end(), [&](const auto& other) { return other.first == link; });
  if (is_there) return;
  std::string target;
  for (size_t slash = link.find('/'); slash != link.npos; slash = link.find('/', slash + 1)) target += "../";
  target += name_of_directory(directory_of(path), asked_by, asked_for) + "/" + name_of(path);
  links_.emplace_back(link, std::move(target));
}

void HostDirectory::add_place(const std::string& path, const std::string& asked_by, AskedFor asked_for) {
  const bool is_there = std::any_of(mounts_.begin(), mounts_.end(), [&](const LayoutEntry& entry) {
    return is_at_or_below(path, entry.word.target);
  });
  if (!is_there) add_mount(path, path, asked_by, asked_for);
}

std::vector<LayoutEntry> HostDirectory::entries() && {
  std::vector<LayoutEntry> entries;
  if (links_.empty()) return entries;
  LayoutEntry directory;
  directory.word.kind = MountWord::kTmpfs;
  directory.word.target = kHostParts;
  directory.mode = "0755";
  directory.asked_by = mounts_.front().asked_by;
  directory.links = std::move(links_);
  entries.push_back(std::move(directory));
  std::move(mounts_.begin(), mounts_.end(), std::back_inserter(entries));
  return entries;
}

const std::string& HostDirectory::name_of_directory(const std::string& directory, const std::string& asked_by,
                                                    AskedFor asked_for) {
  for (const Shown& shown : shown_) {
    if (shown.directory == directory) return shown.name;
  }
  shown_.push_back({directory, std::to_string(shown_.size() + 1)});
  add_mount(directory, std::string(kHostParts) + "/" + shown_.back().name, asked_by, asked_for);
  return shown_.back().name;
}

void HostDirectory::add_mount(const std::string& source, const std::string& target, const std::string& asked_by,
                              AskedFor asked_for) {
  LayoutEntry entry;
  entry.word.how = MountWord::kTree;
  entry.word.source = source;
  entry.word.target = target;
  entry.word.flags = MS_RDONLY | MS_NOSUID | MS_NODEV;
  entry.asked_by = asked_by;
  entry.asked_for = asked_for;
  mounts_.push_back(std::move(entry));
}

}  // namespace slipway
