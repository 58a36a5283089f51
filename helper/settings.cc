#include "helper/settings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "helper/error.h"
#include "helper/fd.h"
#include "helper/mount_words.h"
#include "helper/options.h"
#include "helper/text_file.h"

namespace slipway {

namespace {

constexpr unsigned kLongestTimeout = 3600;
constexpr std::string_view kBlanks = " \t\r";
constexpr std::string_view kAutomatic = "auto:";

bool is_absolute(std::string_view path) { return path.starts_with('/'); }

// Sets `target` to what stands beside `value` in `choices`, and says whether it stands there.
template <typename Target, typename Choice, size_t kCount>
bool choose(Target& target, std::string_view value, const std::pair<std::string_view, Choice> (&choices)[kCount]) {
  for (const auto& [name, choice] : choices) {
    if (value != name) continue;
    target = choice;
    return true;
  }
  return false;
}

bool choose_yes_or_no(bool& target, std::string_view value) {
  constexpr std::pair<std::string_view, bool> kChoices[] = {{"yes", true}, {"no", false}};
  return choose(target, value, kChoices);
}

bool take_path(std::string& target, std::string_view value) {
  target = value;
  return is_absolute(value);
}

bool add_path(std::vector<std::string>& paths, std::string_view value) {
  paths.emplace_back(value);
  return is_absolute(value);
}

bool add_name(std::vector<std::string>& names, std::string_view value) {
  names.emplace_back(value);
  if (value == "*") return true;
  if (value.ends_with('*')) value.remove_suffix(1);
  return is_variable_name(value);
}

// Each reads one key's value and says whether it is a good one.
bool read_options_key(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::Options> kChoices[] = {{"pyxis", Settings::Options::kPyxis},
                                                                         {"native", Settings::Options::kNative}};
  return choose(settings.options, value, kChoices);
}

bool read_compat(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, bool> kChoices[] = {{"pyxis", true}, {"none", false}};
  return choose(settings.is_like_pyxis, value, kChoices);
}

bool read_mount_kernel(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, MountKernel> kChoices[] = {{"trusted", MountKernel::kTrusted},
                                                                   {"any-squashfs", MountKernel::kAnySquashfs},
                                                                   {"never", MountKernel::kNever}};
  return choose(settings.mount_kernel, value, kChoices);
}

bool read_stage_timeout(Settings& settings, std::string_view value) {
  const char* const end = value.data() + value.size();
  const auto [stop, failure] = std::from_chars(value.data(), end, settings.stage_timeout_seconds);
  return failure == std::errc() && stop == end && settings.stage_timeout_seconds >= 1 &&
         settings.stage_timeout_seconds <= kLongestTimeout;
}

bool read_mounts(Settings& settings, std::string_view value) {
  settings.mounts.emplace_back(value);
  if (value.starts_with(kAutomatic)) return value.size() > kAutomatic.size();
  const std::vector<MountWord> words = mount_words(std::string(value), "mounts");
  return std::all_of(words.begin(), words.end(), [](const MountWord& word) {
    return word.kind != MountWord::kBind || is_absolute(word.source);
  });
}

bool read_mount_home(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::MountHome> kChoices[] = {{"yes", Settings::MountHome::kYes},
                                                                           {"no", Settings::MountHome::kNo},
                                                                           {"user", Settings::MountHome::kUser}};
  return choose(settings.mount_home, value, kChoices);
}

bool read_devices(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::Devices> kChoices[] = {{"minimal", Settings::Devices::kMinimal},
                                                                         {"host", Settings::Devices::kHost}};
  return choose(settings.devices, value, kChoices);
}

bool read_writable(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::Writable> kChoices[] = {{"none", Settings::Writable::kNone},
                                                                          {"memory", Settings::Writable::kMemory},
                                                                          {"all", Settings::Writable::kAll}};
  return choose(settings.writable, value, kChoices);
}

bool read_writable_size(Settings& settings, std::string_view value) {
  settings.writable_size = value;
  return is_tmpfs_size(value);
}

bool read_remap_root(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::RemapRoot> kChoices[] = {{"user", Settings::RemapRoot::kUser},
                                                                           {"yes", Settings::RemapRoot::kYes},
                                                                           {"no", Settings::RemapRoot::kNo}};
  return choose(settings.remap_root, value, kChoices);
}

bool read_unshare(Settings& settings, std::string_view value) {
  settings.unshare = value;
  namespaces_of(settings.unshare, "unshare");
  return true;
}

bool read_env_set(Settings& settings, std::string_view value) {
  const size_t equals = value.find('=');
  if (equals == value.npos) return false;
  settings.env_set.emplace_back(value.substr(0, equals), value.substr(equals + 1));
  return is_variable_name(settings.env_set.back().first);
}

bool read_batch(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, bool> kChoices[] = {{"image", true}, {"host", false}};
  return choose(settings.batch_in_image, value, kChoices);
}

struct Key {
  std::string_view name;
  bool (*read)(Settings&, std::string_view);
  const char* expects;
};

constexpr Key kKeys[] = {
    {"options", read_options_key, "native or pyxis"},
    {"compat", read_compat, "pyxis or none"},
    {"allow_root", [](Settings& s, std::string_view value) { return choose_yes_or_no(s.allow_root, value); },
     "yes or no"},
    {"trusted_path", [](Settings& s, std::string_view value) { return add_path(s.trusted_paths, value); },
     "an absolute path"},
    {"mount_kernel", read_mount_kernel, "trusted, any-squashfs or never"},
    {"fuse_program", [](Settings& s, std::string_view value) { return take_path(s.fuse_program, value); },
     "an absolute path"},
    {"stage_timeout", read_stage_timeout, "seconds, from 1 to 3600"},
    {"mounts", read_mounts, "SRC[:DST[:FLAGS]][,...] with absolute paths, or auto:TYPE[,...]"},
    {"mounts_deny", [](Settings& s, std::string_view value) { return add_path(s.mounts_deny, value); },
     "an absolute path"},
    {"mount_home", read_mount_home, "yes, no or user"},
    {"dev", read_devices, "minimal or host"},
    {"devices", [](Settings& s, std::string_view value) { return take_path(s.device_table, value); },
     "an absolute path"},
    {"libraries", [](Settings& s, std::string_view value) { return take_path(s.library_table, value); },
     "an absolute path"},
    {"writable", read_writable, "none, memory or all"},
    {"writable_size", read_writable_size, "a number, perhaps with k, m, g or %"},
    {"remap_root", read_remap_root, "user, yes or no"},
    {"unshare", read_unshare, "some of net,ipc,uts,pid, or none"},
    {"environment", [](Settings& s, std::string_view value) { return take_path(s.environment_table, value); },
     "an absolute path"},
    {"env_set", read_env_set, "NAME=VALUE"},
    {"env_unset", [](Settings& s, std::string_view value) { return add_name(s.env_unset, value); },
     "the name of a variable, perhaps with * at its end"},
    {"env_pass", [](Settings& s, std::string_view value) { return add_name(s.env_pass, value); },
     "the name of a variable, perhaps with * at its end"},
    {"batch", read_batch, "image or host"},
};

constexpr char kWhat[] = "plugstack.conf", kConfig[] = "config=";

void read_word(Settings& settings, const std::string& where, std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  for (const Key& key : kKeys) {
    if (key.name != name) continue;
    settings.words.emplace_back(word);
    const std::string remedy = "ask the admin to set " + std::string(name) + "= to " + key.expects;
    bool is_good = false;
    try {
      is_good = name.size() < word.size() && key.read(settings, word.substr(name.size() + 1));
    } catch (const Error& error) {  // of a reader that users' options have too: it does not know where the word stands
      throw Error(where, error.what(), remedy);
    }
    if (is_good) return;
    throw Error(where, printable(std::string(word)) + " is no good value", remedy);
  }
  throw Error(where, "unknown key " + printable(std::string(name)),
              "ask the admin to correct it; slipway.conf(5) lists the keys");
}

// What users could write would be theirs to decide.
std::string text_of_config(const std::string& path) {
  const Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status;
  if (!is_absolute(path) || !file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(kWhat, kConfig + printable(path) + " cannot be read",
                "ask the admin to name a file that everybody can read, by its absolute path");
  }
  if (status.st_uid != 0 || status.st_mode & (S_IWGRP | S_IWOTH)) {
    throw Error(printable(path), "can be written by others than root", "ask the admin to correct its owner and mode");
  }
  return text_of_file("/proc/self/fd/" + std::to_string(file.get()));
}

std::string_view trimmed(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

// One key a line, which may hold blanks; a line that begins with # says nothing.
void read_config(Settings& settings, const std::string& path) {
  const std::string text = text_of_config(path);
  size_t number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = trimmed(rest.substr(0, rest.find('\n')));
    rest.remove_prefix(std::min(rest.find('\n'), rest.size() - 1) + 1);
    ++number;
    if (!line.empty() && line[0] != '#') read_word(settings, printable(path) + " line " + std::to_string(number), line);
  }
}

}  // namespace

Settings read_settings(std::span<const std::string> words) {
  Settings settings;
  try {
    for (const std::string& word : words) {
      if (word.starts_with(kConfig)) read_config(settings, word.substr(strlen(kConfig)));
      else read_word(settings, kWhat, word);
    }
  } catch (const Error& error) {
    settings.error = error.what();
  }
  return settings;
}

}  // namespace slipway
