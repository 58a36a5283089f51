// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/tables/driver_table.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/options/tables/table_file.h"

namespace slipway {

namespace {

// In the order of DriverRule::Verb.
constexpr std::string_view kVerbs[] = {"library", "program", "file"};

constexpr std::pair<std::string_view, GpuVendor> kVendors[] = {
    {"nvidia", GpuVendor::kNvidia}, {"amd", GpuVendor::kAmd}, {"intel", GpuVendor::kIntel}};

constexpr std::pair<std::string_view, unsigned> kCapabilities[] = {
    {"compute", kComputeCapability},   {"utility", kUtilityCapability}, {"video", kVideoCapability},
    {"graphics", kGraphicsCapability}, {"display", kDisplayCapability}, {"ngx", kNgxCapability},
    {"compat32", kCompat32Capability}, {"all", kAllCapabilities}};

template <typename Value, size_t kCount>
std::optional<Value> value_among(const std::pair<std::string_view, Value> (&values)[kCount], std::string_view name) {
  for (const auto& [known, value] : values) {
    if (known == name) return value;
  }
  return std::nullopt;
}

// Takes the first word off `words`, which commas separate.
std::string_view take_word(std::string_view& words) {
  const std::string_view word = words.substr(0, words.find(','));
  words.remove_prefix(std::min(word.size() + 1, words.size()));
  return word;
}

// Nothing: one of the words is none of NVIDIA's.
std::optional<unsigned> known_capabilities(std::string_view words) {
  unsigned capabilities = 0;
  while (!words.empty()) {
    const auto capability = value_among(kCapabilities, take_word(words));
    if (!capability) return std::nullopt;
    capabilities |= *capability;
  }
  return capabilities;
}

// "nvidia/compute,utility:libcuda.so*"
DriverRule rule_of(const TableLine& line) {
  DriverRule rule;
  rule.verb = static_cast<DriverRule::Verb>(line.verb);
  const size_t colon = std::min(line.name.find(':'), line.name.size());
  const std::string_view whose = std::string_view(line.name).substr(0, colon);
  const size_t slash = whose.find('/');
  const auto vendor = value_among(kVendors, whose.substr(0, slash));
  const auto capabilities =
      slash == whose.npos ? kAllCapabilities : known_capabilities(whose.substr(slash + 1));
  rule.pattern = line.name.substr(std::min(colon + 1, line.name.size()));
  const bool is_path = rule.pattern.starts_with('/');
  const bool has_slash = rule.pattern.find('/') != rule.pattern.npos;
  const bool is_program_path = rule.verb == DriverRule::kProgram && is_path;
  const bool fits_verb = rule.verb == DriverRule::kFile ? is_path : !has_slash || is_program_path;
  const bool has_words = slash == whose.npos || (vendor == GpuVendor::kNvidia && capabilities.value_or(0) != 0);
  if (!vendor || !has_words || rule.pattern.empty() || !fits_verb) refuse_line(line.where, kVerbs);
  rule.vendor = *vendor;
  rule.capabilities = *capabilities;
  return rule;
}

std::vector<DriverRule> rules_of_lines(const std::vector<TableLine>& lines) {
  std::vector<DriverRule> rules;
  for (const TableLine& line : lines) rules.push_back(rule_of(line));
  return rules;
}

}  // namespace

unsigned capabilities_of(std::string_view words) {
  unsigned capabilities = 0;
  while (!words.empty()) capabilities |= value_among(kCapabilities, take_word(words)).value_or(0);
  return capabilities;
}

std::vector<DriverRule> driver_rules_of(const std::string& text, const std::string& path) {
  return rules_of_lines(table_lines(text, path, kVerbs));
}

std::vector<DriverRule> read_driver_table(const std::string& own_table) {
  return rules_of_lines(read_tables("drivers.conf", own_table, "drivers", kVerbs));
}

}  // namespace slipway
