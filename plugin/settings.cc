#include "plugin/settings.h"

#include <charconv>
#include <string_view>

#include "helper/error.h"

namespace slipway {

namespace {

constexpr unsigned kLongestTimeout = 3600;

// Each reads one key's value and says whether it is a good one.
bool read_options(Settings& settings, std::string_view value) {
  settings.options = value == "native" ? Settings::Options::kNative : Settings::Options::kPyxis;
  return value == "native" || value == "pyxis";
}

bool read_allow_root(Settings& settings, std::string_view value) {
  settings.allow_root = value == "yes";
  return value == "yes" || value == "no";
}

bool read_trusted_path(Settings& settings, std::string_view value) {
  settings.trusted_paths.emplace_back(value);
  return value.starts_with('/');
}

bool read_mount_kernel(Settings& settings, std::string_view value) {
  const auto which = mount_kernel_of(value);
  settings.mount_kernel = which.value_or(settings.mount_kernel);
  return which.has_value();
}

bool read_fuse_program(Settings& settings, std::string_view value) {
  settings.fuse_program = value;
  return value.starts_with('/');
}

bool read_environment(Settings& settings, std::string_view value) {
  settings.environment_table = value;
  return value.starts_with('/');
}

bool read_stage_timeout(Settings& settings, std::string_view value) {
  const char* const end = value.data() + value.size();
  const auto [stop, failure] = std::from_chars(value.data(), end, settings.stage_timeout_seconds);
  return failure == std::errc() && stop == end && settings.stage_timeout_seconds >= 1 &&
         settings.stage_timeout_seconds <= kLongestTimeout;
}

struct Key {
  std::string_view name;
  bool (*read)(Settings&, std::string_view);
  const char* expects;
};

constexpr Key kKeys[] = {
    {"options", read_options, "native or pyxis"},
    {"allow_root", read_allow_root, "yes or no"},
    {"trusted_path", read_trusted_path, "an absolute path"},
    {"mount_kernel", read_mount_kernel, "trusted, any-squashfs or never"},
    {"fuse_program", read_fuse_program, "an absolute path"},
    {"environment", read_environment, "an absolute path"},
    {"stage_timeout", read_stage_timeout, "seconds, from 1 to 3600"},
};

void read_word(Settings& settings, std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  for (const Key& key : kKeys) {
    if (key.name != name) continue;
    if (name.size() < word.size() && key.read(settings, word.substr(name.size() + 1))) return;
    throw Error("plugstack.conf", printable(std::string(word)) + " is no good value",
                "ask the admin to set " + std::string(name) + "= to " + key.expects);
  }
  throw Error("plugstack.conf", "unknown key " + printable(std::string(name)),
              "ask the admin to correct the slipway line; slipway.conf(5) lists the keys");
}

}  // namespace

Settings read_settings(std::span<char* const> words) {
  Settings settings;
  try {
    for (const char* const word : words) read_word(settings, word);
  } catch (const Error& error) {
    settings.error = error.what();
  }
  return settings;
}

}  // namespace slipway
