// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/spec.h"

#include <algorithm>
#include <climits>
#include <set>
#include <string_view>

#include "helper/cdi/field.h"
#include "lib/base/error.h"

namespace slipway::cdi {

namespace {

constexpr std::string_view kVersions[] = {"0.3.0", "0.4.0", "0.5.0", "0.6.0", "0.7.0", "0.8.0", "1.0.0", "1.1.0"};
constexpr std::string_view kHookNames[] = {"prestart",       "createRuntime", "createContainer",
                                           "startContainer", "poststart",     "poststop"};
constexpr uint64_t kLargestId = UINT32_MAX;

template <size_t count>
bool is_among(const std::string_view (&words)[count], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::vector<std::string> variables_in(const Field& parent) {
  std::vector<std::string> variables;
  for (const Field& field : parent.items("env")) {
    variables.push_back(field.text());
    const size_t equals = variables.back().find('=');
    if (equals == 0 || equals == std::string::npos) field.refuse("is not NAME=VALUE");
  }
  return variables;
}

CdiNode node_of(const Field& field) {
  field.allow_only({"path", "hostPath", "type", "major", "minor", "fileMode", "permissions", "uid", "gid"});
  CdiNode node;
  node.path = field.member("path").path();
  const std::optional<Field> source = field.find("hostPath");
  node.source = source ? source->path() : node.path;
  const std::string type = field.text("type"), permissions = field.text("permissions");
  constexpr std::string_view kTypes[] = {"", "b", "c", "u", "p"};
  if (!is_among(kTypes, type)) field.member("type").refuse("is none of b, c, u and p");
  // "none": no right of the devices cgroup, which is Slurm's here.
  if (permissions != "none" && permissions.find_first_not_of("rwm") != permissions.npos) {
    field.member("permissions").refuse("is not made of r, w and m");
  }
  for (const char* number : {"major", "minor"}) field.check_number(number, INT64_MAX);
  for (const char* number : {"fileMode", "uid", "gid"}) field.check_number(number, kLargestId);
  return node;
}

CdiMount mount_of(const Field& field) {
  field.allow_only({"hostPath", "containerPath", "options", "type"});
  CdiMount mount;
  mount.type = field.text("type");
  if (mount.type == "bind" || mount.type == "none") mount.type = "";
  mount.source = mount.type.empty() ? field.member("hostPath").path() : field.filled_text("hostPath");
  mount.target = field.member("containerPath").path();
  mount.options = field.texts("options");
  return mount;
}

CdiHook hook_of(const Field& field) {
  field.allow_only({"hookName", "path", "args", "env", "timeout"});
  CdiHook hook;
  hook.when = field.member("hookName").text();
  if (!is_among(kHookNames, hook.when)) field.member("hookName").refuse("is no hook of the OCI's");
  hook.path = field.member("path").path();
  hook.arguments = field.texts("args");
  variables_in(field);
  field.check_number("timeout", INT_MAX);
  return hook;
}

void check_annotations(const Field& parent) {
  const std::optional<Field> annotations = parent.find("annotations");
  if (annotations) annotations->check_texts();
}

bool changes_nothing(const Field& edits) {
  for (const char* list : {"env", "deviceNodes", "mounts", "hooks", "additionalGids", "netDevices"}) {
    if (!edits.items(list).empty()) return false;
  }
  return !edits.find("intelRdt");
}

CdiEdits edits_of(const Field& field) {
  field.allow_only({"env", "deviceNodes", "mounts", "hooks", "intelRdt", "additionalGids", "netDevices"});
  CdiEdits edits;
  edits.environment = variables_in(field);
  for (const Field& node : field.items("deviceNodes")) edits.nodes.push_back(node_of(node));
  for (const Field& mount : field.items("mounts")) edits.mounts.push_back(mount_of(mount));
  for (const Field& hook : field.items("hooks")) edits.hooks.push_back(hook_of(hook));
  for (const Field& device : field.items("netDevices")) {
    device.allow_only({"hostInterfaceName", "name"});
    device.filled_text("name");
    edits.network_devices.push_back(device.filled_text("hostInterfaceName"));
  }
  for (const Field& group : field.items("additionalGids")) group.check_number(kLargestId);
  return edits;
}

CdiDevice device_of(const Field& field) {
  field.allow_only({"name", "annotations", "containerEdits"});
  CdiDevice device;
  device.name = field.member("name").text();
  if (!is_cdi_device_name(device.name)) {
    field.member("name").refuse("\"" + printable(device.name, 100) + "\" is no name of a device");
  }
  check_annotations(field);
  const Field edits = field.member("containerEdits");
  device.edits = edits_of(edits);
  if (changes_nothing(edits)) edits.refuse("is empty");
  return device;
}

}  // namespace

CdiSpec spec_of(const nlohmann::json& document, const std::string& file) {
  const Field root(document, file);
  // A newer version may have fields that are unknown, and is the better reason.
  if (!document.is_object()) root.refuse("is not an object");
  const Field version = root.member("cdiVersion");
  std::string number = version.text();
  if (number.starts_with('v')) number.erase(0, 1);
  if (!is_among(kVersions, number)) {
    version.refuse("\"" + printable(number, 100) + "\" is no version that is understood (0.3.0 to 1.1.0)");
  }
  root.allow_only({"cdiVersion", "kind", "annotations", "devices", "containerEdits"});
  CdiSpec spec;
  spec.file = file;
  spec.kind = root.member("kind").text();
  if (!is_cdi_kind(spec.kind)) root.member("kind").refuse("\"" + printable(spec.kind, 100) + "\" is not VENDOR/CLASS");
  check_annotations(root);
  if (const std::optional<Field> edits = root.find("containerEdits")) spec.edits = edits_of(*edits);
  root.member("devices");
  std::set<std::string> names;
  for (const Field& field : root.items("devices")) {
    spec.devices.push_back(device_of(field));
    if (!names.insert(spec.devices.back().name).second) field.member("name").refuse("is another device's too");
  }
  if (spec.devices.empty()) root.member("devices").refuse("is empty");
  return spec;
}

}  // namespace slipway::cdi
