// SPDX-License-Identifier: BSD-3-Clause

// Which places of the host the admin lets users show in their containers: mounts_allow=, mounts_deny=, mount_home=no.
// What counts is not how a place is spelled but where it lies: another mount of it shows it as well.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/kernel/mount_table.h"
#include "lib/options/settings.h"

namespace slipway {

// Whose wish it is that a place is shown. The admin's keys hold for all but the first.
enum class AskedFor {
  kNot,           // each container has it, or the admin's own keys name it
  kByName,        // an option of the user's names it
  kByStanding,    // the step stands there
  kAsImage,       // it is the image
  kByLibraryPath  // the user's library path led there
};

class HostPolicy {
 public:
  // `home`: the user's, absolute. `mounts`: this node's, as in mountinfo; empty: they are read where a key is set.
  HostPolicy(const Settings& settings, const std::string& home, std::string_view mounts = "");

  // Why the admin forbids to show what the descriptor stands for; empty when they do not. Throws Error.
  std::string denial_of(int fd, AskedFor asked_for) const;

  // Throws Error where they do; `name` is the source, for people.
  void refuse_denied(int fd, const std::string& name, AskedFor asked_for) const;

  // As denial_of, of an absolute path without links.
  std::string denial_of(const std::string& path, AskedFor asked_for) const;

 private:
  // A tree of one file system, whatever mounts show it.
  struct Tree {
    std::string device, path;
  };
  // A directory of the admin's: by its name, and as the trees that are there.
  struct Place {
    std::string path, key;
    std::vector<Tree> trees;
  };

  Tree tree_at(const std::string& path) const;
  std::vector<Tree> trees_below(const std::string& path) const;
  Place place_of(const std::string& path, const std::string& key) const;
  bool is_in(const std::string& path, const Place& place) const;
  bool holds(const std::string& path, const Place& place) const;
  std::string denial_by_allowed(const std::string& path, AskedFor asked_for) const;

  const Settings& settings_;
  std::vector<MountEntry> mounts_;
  std::vector<Place> allowed_, images_, denied_;
};

}  // namespace slipway
