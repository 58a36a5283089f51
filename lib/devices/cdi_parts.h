// SPDX-License-Identifier: BSD-3-Clause

// What devices of CDI specs bring into a container: their edits as mounts, links and variables of ours.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lib/devices/cdi_devices.h"
#include "lib/spec/additions.h"

namespace slipway {

struct CdiParts {
  Additions additions;  // mounts, without those that the host lacks, and links, at no mount's place
  // Links below /dev, without that: for the layout's entry of /dev, whose tmpfs would hide them.
  std::vector<std::pair<std::string, std::string>> device_links;
  std::vector<std::pair<std::string, std::string>> environment;  // each name once: the last one counts
  std::vector<std::string> library_folders;  // as in lib/devices/cdi_hooks.h
  bool wants_cuda_compat = false;
  std::vector<std::string> notices;  // for the user: what is not carried out, each once
};

// A spec's own edits come before those of its devices, once. `is_handled` says of a device node, by its path on the
// host, that the caller shows or hides it by other means; `asked_by` is as in LayoutEntry. Executes nothing and opens
// nothing. Mounts are in the order of their depth inside, as the CDI project's own library makes them; of two at one
// place the later counts.
CdiParts cdi_parts(std::span<const CdiChoice> chosen, const std::function<bool(const std::string&)>& is_handled,
                   const std::string& asked_by);

}  // namespace slipway
