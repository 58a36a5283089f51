// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/cdi_devices.h"

#include <algorithm>

#include "lib/base/error.h"
#include "lib/protocol/entries.h"

namespace slipway {

namespace {

constexpr char kRegistry[] = "CDI";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_letter_or_digit(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

bool holds_only(std::string_view text, std::string_view marks) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter_or_digit(c) || marks.find(c) != marks.npos; });
}

bool is_vendor_or_class(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && is_letter_or_digit(text.back()) && holds_only(text, "_-.");
}

void add_edits(EntryWriter& entries, const CdiEdits& edits) {
  for (const std::string& variable : edits.environment) entries.add("env", variable);
  for (const CdiNode& node : edits.nodes) {
    entries.add("node", node.path);
    entries.add("node_source", node.source);
  }
  for (const CdiMount& mount : edits.mounts) {
    entries.add("mount", mount.target);
    entries.add("mount_source", mount.source);
    if (!mount.type.empty()) entries.add("mount_type", mount.type);
    for (const std::string& option : mount.options) entries.add("mount_option", option);
  }
  for (const CdiHook& hook : edits.hooks) {
    entries.add("hook", hook.when);
    entries.add("hook_path", hook.path);
    for (const std::string& argument : hook.arguments) entries.add("hook_argument", argument);
  }
  for (const std::string& name : edits.network_devices) entries.add("network_device", name);
}

// Takes entries in the order in which they were written: each detail follows what it is a detail of.
class RegistryReader {
 public:
  void take(std::string_view key, std::string_view value) {
    const std::string text(value);
    if (key == "error") registry_.errors.push_back(text);
    else if (key == "conflict") registry_.conflicts.push_back({text, ""});
    else if (key == "conflict_files") last(registry_.conflicts).files = text;
    else if (key == "spec") start_spec(text);
    else if (key == "file") last(registry_.specs).file = text;
    else if (key == "device") start_device(text);
    else take_edit(key, text);
  }

  CdiRegistry registry() { return std::move(registry_); }

 private:
  void start_spec(const std::string& kind) {
    registry_.specs.push_back({kind, "", {}, {}});
    edits_ = &registry_.specs.back().edits;
  }

  void start_device(const std::string& name) {
    last(registry_.specs).devices.push_back({name, {}});
    edits_ = &registry_.specs.back().devices.back().edits;
  }

  void take_edit(std::string_view key, const std::string& text) {
    if (!edits_) refuse();
    if (key == "env") edits_->environment.push_back(text);
    else if (key == "node") edits_->nodes.push_back({text, text});
    else if (key == "node_source") last(edits_->nodes).source = text;
    else if (key == "mount") edits_->mounts.push_back({"", text, "", {}});
    else if (key == "mount_source") last(edits_->mounts).source = text;
    else if (key == "mount_type") last(edits_->mounts).type = text;
    else if (key == "mount_option") last(edits_->mounts).options.push_back(text);
    else if (key == "hook") edits_->hooks.push_back({text, "", {}});
    else if (key == "hook_path") last(edits_->hooks).path = text;
    else if (key == "hook_argument") last(edits_->hooks).arguments.push_back(text);
    else if (key == "network_device") edits_->network_devices.push_back(text);
    else refuse();
  }

  template <typename T>
  static T& last(std::vector<T>& list) {
    if (list.empty()) refuse();
    return list.back();
  }

  [[noreturn]] static void refuse() { throw Error(kRegistry, "the answer of slipway-cdi is malformed"); }

  CdiRegistry registry_;
  CdiEdits* edits_ = nullptr;  // of the spec or device that is being read
};

// "a, b and 7 more"
std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kMost = 20;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i ? ", " : "") + printable(names[i]);
  if (names.size() > kMost) text += " and " + std::to_string(names.size() - kMost) + " more";
  return text;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// Perhaps the device is in a file that could not be read as a spec.
std::string with_errors(const std::string& why, const CdiRegistry& registry) {
  return registry.errors.empty() ? why : why + " (" + registry.errors.front() + ")";
}

std::string kind_of(std::string_view name) { return std::string(name.substr(0, name.find('='))); }

[[noreturn]] void refuse_unknown(const std::string& name, const CdiRegistry& registry, const std::string& option) {
  const std::string what = option + "=" + printable(name);
  for (const CdiConflict& conflict : registry.conflicts) {
    if (conflict.device != name) continue;
    throw Error(what, "the device is defined twice, in " + printable(conflict.files),
                "ask the admin to remove one of them");
  }
  std::vector<std::string> kinds, devices;
  for (const CdiSpec& spec : registry.specs) {
    add_once(kinds, spec.kind);
    if (spec.kind != kind_of(name)) continue;
    for (const CdiDevice& device : spec.devices) devices.push_back(device.name);
  }
  if (kinds.empty()) {
    throw Error(what, with_errors("this node has no CDI devices", registry), "ask the admin for its CDI specs");
  }
  if (devices.empty()) {
    throw Error(what, with_errors("this node has no CDI devices of that kind", registry),
                "name one of these kinds: " + listed(kinds));
  }
  throw Error(what, with_errors("this node has no such CDI device", registry),
              "name one of these of its kind: " + listed(devices));
}

std::optional<CdiChoice> find_device(const CdiRegistry& registry, std::string_view name) {
  for (const CdiSpec& spec : registry.specs) {
    for (const CdiDevice& device : spec.devices) {
      if (spec.kind + "=" + device.name == name) return CdiChoice{&spec, &device};
    }
  }
  return std::nullopt;
}

// "/dev/nvidia" of /dev/nvidia3: what nodes of one kind of device have in common.
std::string_view series_of(std::string_view node) {
  return node.substr(0, node.find_last_not_of("0123456789") + 1);
}

bool is_gpu_with_node(const CdiDevice& device, const std::string& node) {
  if (device.name == "all") return false;
  bool has_node = false;
  for (const CdiNode& other : device.edits.nodes) {
    if (other.source == node) has_node = true;
    else if (series_of(other.source) == series_of(node)) return false;
    // Capabilities of the driver, which only parts of a GPU come with.
    if (other.source.starts_with("/dev/nvidia-caps/")) return false;
  }
  return has_node;
}

}  // namespace

std::string text_of_cdi_registry(const CdiRegistry& registry) {
  EntryWriter entries;
  for (const CdiSpec& spec : registry.specs) {
    entries.add("spec", spec.kind);
    entries.add("file", spec.file);
    add_edits(entries, spec.edits);
    for (const CdiDevice& device : spec.devices) {
      entries.add("device", device.name);
      add_edits(entries, device.edits);
    }
  }
  for (const CdiConflict& conflict : registry.conflicts) {
    entries.add("conflict", conflict.device);
    entries.add("conflict_files", conflict.files);
  }
  for (const std::string& error : registry.errors) entries.add("error", error);
  return entries.text();
}

CdiRegistry cdi_registry_of_text(std::string_view text) {
  RegistryReader reader;
  entries_in(text, kRegistry, [&](std::string_view key, std::string_view value) { reader.take(key, value); });
  return reader.registry();
}

bool is_cdi_kind(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != text.npos && is_vendor_or_class(text.substr(0, slash)) && is_vendor_or_class(text.substr(slash + 1));
}

bool is_cdi_device_name(std::string_view text) {
  return !text.empty() && is_letter_or_digit(text.front()) && is_letter_or_digit(text.back()) &&
         holds_only(text, "_-.:");
}

std::vector<CdiChoice> parse_cdi_device_names(std::string_view text, const CdiRegistry& registry,
                                              const std::string& option) {
  std::vector<CdiChoice> choices;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    const std::string name(text.substr(start, end - start));
    start = end + 1;
    const size_t equals = name.find('=');
    if (equals == name.npos || !is_cdi_kind(name.substr(0, equals)) || !is_cdi_device_name(name.substr(equals + 1))) {
      throw Error(option + "=" + printable(std::string(text)), "\"" + printable(name) + "\" is no CDI device's name",
                  "write VENDOR/CLASS=NAME, as in nvidia.com/gpu=0");
    }
    const std::optional<CdiChoice> choice = find_device(registry, name);
    if (!choice) refuse_unknown(name, registry, option);
    const bool is_there = std::any_of(choices.begin(), choices.end(),
                                      [&](const CdiChoice& other) { return other.device == choice->device; });
    if (!is_there) choices.push_back(*choice);
  }
  return choices;
}

std::optional<CdiChoice> cdi_device_of_node(const CdiRegistry& registry, const std::string& node) {
  std::optional<CdiChoice> found;
  for (const CdiSpec& spec : registry.specs) {
    for (const CdiDevice& device : spec.devices) {
      if (!is_gpu_with_node(device, node)) continue;
      if (!found || device.edits.nodes.size() < found->device->edits.nodes.size()) found = {&spec, &device};
    }
  }
  return found;
}

}  // namespace slipway
