// SPDX-License-Identifier: BSD-3-Clause

// What of the host is mounted in a container, in order: what each has, what the admin adds, what the user asks for.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/options/mount_words.h"
#include "lib/options/terms.h"
#include "lib/options/host_policy.h"
#include "lib/protocol/request.h"
#include "lib/spec/accounts.h"

namespace slipway {

struct LayoutEntry {
  MountWord word;  // with absolute paths; the source of /dev is kDevicesName, in stage's work directory
  enum Need { kMust, kIfThere } need = kMust;
  std::string mode;        // of a tmpfs' root directory, in octal
  std::vector<std::pair<std::string, std::string>> links;  // of a tmpfs: path below it, and where that leads
  std::string asked_by;    // for people: "every container", "mounts=", "--container-mounts"
  AskedFor asked_for = AskedFor::kNot;
  size_t word_number = 0;  // of one asked for by name: its place in Options::mounts
};

// `devices` are those of the node's (lib/options/tables/device_table.h). Reads this node's mount table where the
// admin's mounts=auto: asks for it, and resolves links of the user's directories. Throws Error.
std::vector<LayoutEntry> layout_of(const Request& request, const Accounts& accounts, const Terms& terms,
                                   const std::vector<std::string>& devices);

// What a bind of the layout shows, opened as the user; of other entries an empty descriptor. Nothing: the host has
// none, or the step stands where the admin shows nothing, and the entry is left out. Throws Error: the step cannot have
// it.
std::optional<Fd> open_source(const LayoutEntry& entry, const HostPolicy& policy);

// Of a word that takes away what no other entry mounts.
Error cannot_unmount(const std::string& target);

// Where the user's home is inside.
std::string home_inside(const Accounts& accounts, const Terms& terms);

}  // namespace slipway
