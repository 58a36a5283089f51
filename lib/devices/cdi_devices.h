// SPDX-License-Identifier: BSD-3-Clause

// Devices as the node's CDI specs describe them (Container Device Interface): what a vendor wants done to a container
// that gets one. slipway-cdi (helper/cdi/main.cc) reads the specs and prints this value as entries
// (lib/protocol/entries.h), so that no other program of ours reads JSON or YAML of vendors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {

struct CdiNode {
  std::string path, source;  // inside and on the host, absolute
};

struct CdiMount {
  std::string source, target;  // on the host and inside, absolute; of a type of its own, the source is only a name
  std::string type;            // empty: a bind
  std::vector<std::string> options;
};

struct CdiHook {
  std::string when;  // "createContainer"
  std::string path;
  std::vector<std::string> arguments;  // the first is the program's name
};

// The parts of containerEdits that mean something here; additionalGids and intelRdt do not: a step has its user's
// groups and Slurm's share of the node.
struct CdiEdits {
  std::vector<std::string> environment;  // "NAME=value"
  std::vector<CdiNode> nodes;
  std::vector<CdiMount> mounts;
  std::vector<CdiHook> hooks;
  std::vector<std::string> network_devices;  // their names on the host
};

struct CdiDevice {
  std::string name;
  CdiEdits edits;
};

struct CdiSpec {
  std::string kind;  // "nvidia.com/gpu"
  std::string file;
  CdiEdits edits;  // for whoever gets one of its devices, or more
  std::vector<CdiDevice> devices;
};

// A device that two specs of one directory define, so that nobody can have it.
struct CdiConflict {
  std::string device;  // "nvidia.com/gpu=0"
  std::string files;   // "/etc/cdi/a.json and /etc/cdi/b.json"
};

struct CdiRegistry {
  std::vector<CdiSpec> specs;  // no device is in two of them
  std::vector<CdiConflict> conflicts;
  std::vector<std::string> errors;  // sentences, one of each file that is no valid spec; its devices are missing
};

// The registry as entries, and back. Throws Error: the text is not of this release, or malformed.
std::string text_of_cdi_registry(const CdiRegistry& registry);
CdiRegistry cdi_registry_of_text(std::string_view text);

// The grammar of the CDI specification. A kind is a vendor and a class, "vendor.com/class".
bool is_cdi_kind(std::string_view text);
bool is_cdi_device_name(std::string_view text);

// Points into a registry.
struct CdiChoice {
  const CdiSpec* spec;
  const CdiDevice* device;
};

// "vendor.com/class=name,...", each once; `option` is what the text was given to. Throws Error: a name that is none,
// and what the registry does not have; the sentence lists what it has.
std::vector<CdiChoice> parse_cdi_device_names(std::string_view text, const CdiRegistry& registry,
                                              const std::string& option);

// The device that is the GPU with this node on the host (/dev/nvidia3, /dev/dri/renderD128): the one whose own nodes
// hold it, the one with the fewest where they are several. One called "all", one with more nodes of that series, and
// a part of a GPU (MIG), which has its node too, are not it.
std::optional<CdiChoice> cdi_device_of_node(const CdiRegistry& registry, const std::string& node);

}  // namespace slipway
