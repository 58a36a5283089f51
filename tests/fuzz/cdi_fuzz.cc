// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: CDI specs in JSON and YAML. What is taken for one comes through the entries as it was, and its parts stay
// inside the container.
#include <cstddef>
#include <cstdint>
#include <string>

#include "helper/cdi/document.h"
#include "helper/cdi/spec.h"
#include "lib/base/error.h"
#include "lib/devices/cdi_devices.h"
#include "lib/devices/cdi_parts.h"

namespace {

using namespace slipway;

void check_inside(const std::string& path) {
  if (path.size() < 2 || path[0] != '/' || (path + "/").find("/../") != path.npos) __builtin_trap();
}

void check_parts(const CdiParts& parts) {
  for (const LayoutEntry& entry : parts.additions.mounts) check_inside(entry.word.target);
  for (const auto& [path, target] : parts.additions.links) check_inside(path);
  for (const auto& [path, target] : parts.device_links) check_inside("/dev/" + path);
  for (const std::string& folder : parts.library_folders) check_inside(folder);
  for (const auto& [name, value] : parts.environment) {
    if (name.empty() || name.find('=') != name.npos) __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  CdiRegistry registry;
  try {
    registry.specs.push_back(cdi::spec_of(cdi::document_of(text, "/etc/cdi/spec"), "/etc/cdi/spec"));
  } catch (const Error& error) {
    if (std::string(error.what()).find_first_of("\n\x1b") != std::string::npos) __builtin_trap();
    return 0;
  }
  const std::string entries = text_of_cdi_registry(registry);
  const CdiRegistry read = cdi_registry_of_text(entries);
  if (text_of_cdi_registry(read) != entries || read.specs.size() != 1) __builtin_trap();
  const CdiSpec& spec = read.specs[0];
  std::vector<CdiChoice> all;
  for (const CdiDevice& device : spec.devices) {
    if (parse_cdi_device_names(spec.kind + "=" + device.name, read, "x").size() != 1) __builtin_trap();
    for (const CdiNode& node : device.edits.nodes) cdi_device_of_node(read, node.source);
    all.push_back({&spec, &device});
  }
  check_parts(cdi_parts(all, [](const std::string&) { return false; }, "x"));
  return 0;
}
