// SPDX-License-Identifier: BSD-3-Clause
#include "lib/devices/driver_wish.h"

#include <map>
#include <string_view>

#include "lib/base/text_file.h"
#include "lib/image/image_scripts.h"
#include "lib/options/tables/driver_table.h"
#include "lib/spec/variables.h"

namespace slipway {

namespace {

constexpr char kCapabilities[] = "NVIDIA_DRIVER_CAPABILITIES", kVisibleDevices[] = "NVIDIA_VISIBLE_DEVICES";
constexpr size_t kLongestFile = 256 << 10;
constexpr size_t kMostScripts = 64;  // Apptainer writes eight

using Variables = std::map<std::string, std::string>;

std::string_view without_quotes(std::string_view value) {
  const bool is_quoted = value.size() >= 2 && value[0] == '"' && value.back() == '"';
  return is_quoted ? value.substr(1, value.size() - 2) : value;
}

// Of lines such as export NAME=value and, as Apptainer writes them, export NAME="${NAME:-"value"}".
void take_lines(Variables& variables, const std::string& text) {
  for (const auto& [name, value] : variables_in(text, "")) {
    if (name != kCapabilities && name != kVisibleDevices) continue;
    const std::string otherwise = "${" + name + ":-";
    const bool is_default = value.starts_with(otherwise) && value.ends_with('}');
    if (!is_default) variables[name] = value;
    else variables.emplace(name, without_quotes(std::string_view(value).substr(
                                     otherwise.size(), value.size() - otherwise.size() - 1)));
  }
}

Variables variables_of(const ImageFiles& image) {
  Variables variables;
  size_t scripts = 0;
  for (const std::string& name : image.names_in(kEnvironmentScripts)) {
    if (!name.ends_with(".sh") || ++scripts > kMostScripts) continue;
    const std::string path = std::string(kEnvironmentScripts) + "/" + name;
    take_lines(variables, text_of_regular_file(image.open(path), kLongestFile));
  }
  if (scripts == 0) take_lines(variables, text_of_regular_file(image.open("/etc/environment"), kLongestFile));
  return variables;
}

}  // namespace

DriverWish driver_wish(const ImageFiles& image, const std::string& capabilities, const std::string& visible_devices) {
  Variables variables = variables_of(image);
  if (!capabilities.empty()) variables[kCapabilities] = capabilities;
  if (!visible_devices.empty()) variables[kVisibleDevices] = visible_devices;
  DriverWish wish;
  const std::string& devices = variables[kVisibleDevices];
  wish.is_wanted = devices != "void" && devices != "none";
  wish.capabilities = variables[kCapabilities].empty() ? kAllCapabilities : capabilities_of(variables[kCapabilities]);
  return wish;
}

}  // namespace slipway
