// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/settings.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>
#include <set>

#include "lib/base/error.h"
#include "lib/options/image_choice.h"
#include "lib/options/mount_words.h"
#include "lib/options/options.h"
#include "lib/options/widening.h"

namespace slipway {

namespace {

constexpr unsigned kLongestTimeout = 3600;
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

// "none" takes back what a wider scope says.
bool take_image(std::string& target, std::string_view value) {
  target = value == kNoImage ? "" : value;
  return value == kNoImage || is_absolute(value);
}

bool add_path(std::vector<std::string>& paths, std::string_view value) {
  paths.emplace_back(value);
  return is_absolute(value);
}

// "a,b": at least one, and none of them empty.
bool add_parts(std::vector<std::string>& parts, std::string_view value) {
  for (size_t start = 0; start <= value.size();) {
    const size_t end = std::min(value.find(',', start), value.size());
    if (end == start) return false;
    parts.emplace_back(value.substr(start, end - start));
    start = end + 1;
  }
  return true;
}

bool add_name(std::vector<std::string>& names, std::string_view value) {
  names.emplace_back(value);
  if (value == "*") return true;
  if (value.ends_with('*')) value.remove_suffix(1);
  return is_variable_name(value);
}

// Each reads one key's value and says whether it is a good one.
bool read_image_format(Settings& settings, std::string_view value) {
  constexpr std::string_view kFormats[] = {"sif", "squashfs", "erofs", "directory"};
  std::vector<std::string> formats;
  if (!add_parts(formats, value)) return false;
  for (std::string& format : formats) {
    if (std::find(std::begin(kFormats), std::end(kFormats), format) == std::end(kFormats)) return false;
    settings.image_formats.push_back(std::move(format));
  }
  return true;
}

// The first one is what steps have when their user says nothing.
bool read_mpi_key(Settings& settings, std::string_view value) {
  settings.mpi.clear();
  if (!add_parts(settings.mpi, value)) return false;
  return std::all_of(settings.mpi.begin(), settings.mpi.end(),
                     [](const std::string& word) { return mpi_of(word).has_value(); });
}

bool read_require_signature(Settings& settings, std::string_view value) {
  using enum Settings::RequireSignature;
  constexpr std::pair<std::string_view, Settings::RequireSignature> kChoices[] = {
      {"no", kNo}, {"any", kAny}, {"all", kAll}, {"never", kNever}};
  return choose(settings.require_signature, value, kChoices);
}

bool read_sealed_size(Settings& settings, std::string_view value) {
  settings.sealed_size = value;
  return is_tmpfs_size(value);
}

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

bool read_gpu(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::Gpu> kChoices[] = {
      {"granted", Settings::Gpu::kGranted}, {"all", Settings::Gpu::kAll}, {"no", Settings::Gpu::kNo}};
  return choose(settings.gpu, value, kChoices);
}

bool read_gpu_bind_key(Settings& settings, std::string_view value) {
  return topology::read_gpu_bind(std::string(value).c_str(), &settings.gpu_bind);
}

bool read_writable(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::Writable> kChoices[] = {{"none", Settings::Writable::kNone},
                                                                          {"memory", Settings::Writable::kMemory},
                                                                          {"all", Settings::Writable::kAll}};
  return choose(settings.writable, value, kChoices);
}

bool read_writable_layer(Settings& settings, std::string_view value) {
  constexpr std::pair<std::string_view, Settings::WritableLayer> kChoices[] = {
      {"tmpfs", Settings::WritableLayer::kTmpfs}, {"ext4", Settings::WritableLayer::kExt4}};
  return choose(settings.writable_layer, value, kChoices);
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
  bool is_for_all = false;  // it is needed before anything is known of the step
};

constexpr Key kKeys[] = {
    {"options", read_options_key, "native or pyxis", true},
    {"compat", read_compat, "pyxis or none"},
    {"users_allow", [](Settings& s, std::string_view value) { return add_parts(s.users, value); },
     "users, by name or number, with commas between them"},
    {"groups_allow", [](Settings& s, std::string_view value) { return add_parts(s.groups, value); },
     "groups, by name or number, with commas between them"},
    {"allow_root", [](Settings& s, std::string_view value) { return choose_yes_or_no(s.allow_root, value); },
     "yes or no"},
    {"default_image", [](Settings& s, std::string_view value) { return take_image(s.default_image, value); },
     "an absolute path, or none"},
    {"force_image", [](Settings& s, std::string_view value) { return take_image(s.force_image, value); },
     "an absolute path, or none"},
    {"image_path", [](Settings& s, std::string_view value) { return add_path(s.image_paths, value); },
     "an absolute path"},
    {"image_owner", [](Settings& s, std::string_view value) { return add_parts(s.image_owners, value); },
     "users, by name or number, with commas between them"},
    {"image_group", [](Settings& s, std::string_view value) { return add_parts(s.image_groups, value); },
     "groups, by name or number, with commas between them"},
    {"image_format", read_image_format, "some of sif,squashfs,erofs,directory"},
    {"require_signature", read_require_signature, "no, any, all or never"},
    {"keyring", [](Settings& s, std::string_view value) { return add_path(s.keyrings, value); }, "an absolute path"},
    {"sealed_size", read_sealed_size, "a number, perhaps with k, m, g or %"},
    {"trusted_path", [](Settings& s, std::string_view value) { return add_path(s.trusted_paths, value); },
     "an absolute path"},
    {"mount_kernel", read_mount_kernel, "trusted, any-squashfs or never"},
    {"fuse", [](Settings& s, std::string_view value) { return choose_yes_or_no(s.fuse, value); }, "yes or no"},
    {"fuse_program", [](Settings& s, std::string_view value) { return take_path(s.fuse_program, value); },
     "an absolute path"},
    {"stage_timeout", read_stage_timeout, "seconds, from 1 to 3600"},
    {"mounts", read_mounts, "SRC[:DST[:FLAGS]][,...] with absolute paths, or auto:TYPE[,...]"},
    {"mounts_allow", [](Settings& s, std::string_view value) { return add_path(s.mounts_allow, value); },
     "an absolute path"},
    {"mounts_deny", [](Settings& s, std::string_view value) { return add_path(s.mounts_deny, value); },
     "an absolute path"},
    {"mount_home", read_mount_home, "yes, no or user"},
    {"dev", read_devices, "minimal or host"},
    {"devices", [](Settings& s, std::string_view value) { return take_path(s.device_table, value); },
     "an absolute path"},
    {"libraries", [](Settings& s, std::string_view value) { return take_path(s.library_table, value); },
     "an absolute path"},
    {"gpu", read_gpu, "granted, all or no"},
    {"gpu_bind", read_gpu_bind_key, "order, closest or none"},
    {"gpu_root", [](Settings& s, std::string_view value) { return take_path(s.gpu_root, value); },
     "an absolute path"},
    {"drivers", [](Settings& s, std::string_view value) { return take_path(s.driver_table, value); },
     "an absolute path"},
    {"nics", [](Settings& s, std::string_view value) { return take_path(s.nic_table, value); },
     "an absolute path"},
    {"topology", [](Settings& s, std::string_view value) { return take_path(s.topology, value); },
     "an absolute path"},
    {"devices_allow", [](Settings& s, std::string_view value) { return add_parts(s.devices_allow, value); },
     "kinds of devices as vendor.com/class, with commas between them, or none"},
    {"writable", read_writable, "none, memory or all"},
    {"writable_layer", read_writable_layer, "tmpfs or ext4"},
    {"writable_size", read_writable_size, "a number, perhaps with k, m, g or %"},
    {"remap_root", read_remap_root, "user, yes or no"},
    {"unshare", read_unshare, "some of net,ipc,uts,pid, or none"},
    {"mpi", read_mpi_key, "some of image,host,none, with commas between them"},
    {"task_scripts", [](Settings& s, std::string_view value) { return choose_yes_or_no(s.task_scripts, value); },
     "yes or no", true},
    {"environment", [](Settings& s, std::string_view value) { return take_path(s.environment_table, value); },
     "an absolute path"},
    {"env_set", read_env_set, "NAME=VALUE"},
    {"env_unset", [](Settings& s, std::string_view value) { return add_name(s.env_unset, value); },
     "the name of a variable, perhaps with * at its end"},
    {"env_pass", [](Settings& s, std::string_view value) { return add_name(s.env_pass, value); },
     "the name of a variable, perhaps with * at its end"},
    {"batch", read_batch, "image or host"},
};

const Key* find_key(std::string_view name) {
  const auto key = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& k) { return k.name == name; });
  return key == std::end(kKeys) ? nullptr : key;
}

// "required spank_slipway.so", say: somebody took the one file for the other.
bool is_line_of_plugstack(std::string_view text) {
  constexpr std::string_view kFirstWords[] = {"required", "optional", "include"};
  const std::string_view first = text.substr(0, text.find_first_of(" \t"));
  return first.size() < text.size() &&
         std::find(std::begin(kFirstWords), std::end(kFirstWords), first) != std::end(kFirstWords);
}

const Key& key_of(const SettingWord& word, const ScopedWord& scoped) {
  const std::string_view name = scoped.rest.substr(0, scoped.rest.find('='));
  const Key* const key = find_key(name);
  if (!key && is_line_of_plugstack(word.text)) {
    throw Error(word.place, printable(word.text) + " is a line of plugstack.conf, and this file holds keys",
                "ask the admin to keep it in plugstack.conf, and to name in config= a file with lines KEY=VALUE only "
                "(slipway.conf(5))");
  }
  if (!key) {
    throw Error(word.place, "unknown key " + printable(std::string(name)),
                "ask the admin to correct it; slipway.conf(5) lists the keys");
  }
  if (scoped.scope != Scope::kAll && key->is_for_all) {
    throw Error(word.place, std::string(name) + "= is for all steps or none",
                "ask the admin to write it without partition:, account: or group:");
  }
  return *key;
}

void read_word(Settings& settings, const Key& key, const SettingWord& word, const ScopedWord& scoped) {
  const std::string remedy = "ask the admin to set " + std::string(key.name) + "= to " + key.expects;
  bool is_good = false;
  try {
    is_good = key.name.size() < scoped.rest.size() && key.read(settings, scoped.rest.substr(key.name.size() + 1));
  } catch (const Error& error) {  // of a reader that users' options have too: it does not know where the word stands
    throw Error(word.place, error.what(), remedy);
  }
  if (!is_good) throw Error(word.place, printable(word.text) + " is no good value", remedy);
}

struct Found {
  const Key* key;
  const SettingWord* word;
  ScopedWord scoped;
};

// Those of the subject's. A word for others must be a good one, too.
std::vector<Found> find_words(Settings& settings, const Subject& subject) {
  std::vector<Found> found;
  for (const SettingWord& word : settings.words) {
    const ScopedWord scoped = scoped_word(word);
    const Key& key = key_of(word, scoped);
    Settings nobodys;
    read_word(nobodys, key, word, scoped);
    const std::optional<bool> counts = is_for(scoped, subject);
    settings.depends_on_job |= !counts.has_value();
    if (counts.value_or(false)) found.push_back({&key, &word, scoped});
  }
  return found;
}

// Of the words for one key, those with the narrowest scope count.
std::vector<Found> narrowest(const std::vector<Found>& found) {
  std::map<const Key*, Scope> scopes;
  for (const auto& [key, word, scoped] : found) scopes[key] = std::max(scopes[key], scoped.scope);
  std::vector<Found> counting;
  std::copy_if(found.begin(), found.end(), std::back_inserter(counting),
               [&](const Found& one) { return one.scoped.scope == scopes[one.key]; });
  return counting;
}

Settings settings_with(const std::vector<Found>& counting) {
  Settings settings;
  for (const auto& [key, word, scoped] : counting) read_word(settings, *key, *word, scoped);
  return settings;
}

// Takes those words of a scope out that let users have more than all words of wider scopes do; `found` has none of
// narrower ones.
void drop_widening(Settings& settings, std::vector<Found>& found, Scope scope) {
  std::vector<Found> others;
  std::copy_if(found.begin(), found.end(), std::back_inserter(others),
               [&](const Found& one) { return one.scoped.scope != scope; });
  if (others.size() == found.size()) return;
  const Settings without = settings_with(narrowest(others));
  const std::vector<Found> counting = narrowest(found);
  const Settings with = settings_with(counting);
  std::set<const Key*> wider;
  for (const Found& one : counting) {
    if (one.scoped.scope != scope || !widens(one.key->name, without, with)) continue;
    wider.insert(one.key);
    settings.not_counted.push_back(*one.word);
  }
  std::erase_if(found, [&](const Found& one) { return one.scoped.scope == scope && wider.contains(one.key); });
}

// What the user says of the job takes nothing away that a wider scope forbids: first the partition, then the account,
// which wins over it.
void drop_unchecked(Settings& settings, std::vector<Found>& found) {
  std::vector<Found> accounts;
  std::copy_if(found.begin(), found.end(), std::back_inserter(accounts),
               [](const Found& one) { return one.scoped.scope == Scope::kAccount; });
  std::erase_if(found, [](const Found& one) { return one.scoped.scope == Scope::kAccount; });
  drop_widening(settings, found, Scope::kPartition);
  found.insert(found.end(), accounts.begin(), accounts.end());
  drop_widening(settings, found, Scope::kAccount);
}

void read_words(Settings& settings, const Subject& subject) {
  std::vector<Found> found = find_words(settings, subject);
  if (!subject.is_checked) drop_unchecked(settings, found);
  for (const auto& [key, word, scoped] : narrowest(found)) {
    read_word(settings, *key, *word, scoped);
    settings.in_force.push_back(*word);
  }
}

}  // namespace

bool is_key_word(const std::string& word) {
  const size_t equals = word.find('=');
  if (equals == word.npos || word.starts_with(kConfig)) return equals != word.npos;
  const SettingWord whole{word, ""};
  try {
    const std::string_view rest = scoped_word(whole).rest;
    return find_key(rest.substr(0, rest.find('='))) != nullptr;
  } catch (const Error&) {
    return true;  // of a scope without a name
  }
}

Settings read_settings(std::span<const SettingWord> words, const Subject& subject) {
  Settings settings;
  settings.words.assign(words.begin(), words.end());
  try {
    read_words(settings, subject);
  } catch (const Error& error) {
    settings.error = error.what();
  }
  return settings;
}

Settings read_settings(std::span<const std::string> words, const Subject& subject, const std::string& place) {
  std::vector<SettingWord> all;
  std::string unreadable;
  for (const std::string& word : words) {
    try {
      for (SettingWord& found : setting_words(std::span(&word, 1), place)) all.push_back(std::move(found));
    } catch (const Error& error) {
      if (unreadable.empty()) unreadable = error.what();
    }
  }
  Settings settings = read_settings(all, subject);
  if (!unreadable.empty()) settings.error = unreadable;
  return settings;
}

void refuse_unknown_subject(const Settings& settings) {
  if (!settings.depends_on_job) return;
  throw Error("container", "this node cannot tell the job's partition or account, or the members of a group",
              "ask the admin about partition:, account: and group: in slipway.conf(5)");
}

std::string words_of_key(const Settings& settings, std::string_view key) {
  const auto words_in = [&](const std::vector<SettingWord>& words) {
    std::string text;
    for (const SettingWord& word : words) {
      const std::string_view rest = scoped_word(word).rest;
      if (rest.substr(0, rest.find('=')) != key) continue;
      text += (text.empty() ? "" : ", ") + printable(word.text) + " in " + word.place;
    }
    return text;
  };
  const std::string counted = words_in(settings.in_force), not_counted = words_in(settings.not_counted);
  if (not_counted.empty()) return counted;
  return (counted.empty() ? "" : counted + "; ") + not_counted + " does not count: slurm.conf has no " + kChecksJobs;
}

}  // namespace slipway
