// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/keys.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "lib/options/image_choice.h"
#include "lib/options/mount_words.h"
#include "lib/options/options.h"

namespace slipway {

namespace {

using RequireSignature = Settings::RequireSignature;

constexpr unsigned kLongestTimeout = 3600;
constexpr std::string_view kAutomatic = "auto:";

bool is_absolute(std::string_view path) { return path.starts_with('/'); }

// What a key's value may be, and what it means; in the order in which messages name them.
template <typename Value>
using Choice = std::pair<std::string_view, Value>;

constexpr Choice<bool> kYesOrNo[] = {{"yes", true}, {"no", false}};
constexpr Choice<bool> kCompat[] = {{"pyxis", true}, {"none", false}};
constexpr Choice<bool> kBatch[] = {{"image", true}, {"host", false}};
constexpr Choice<Settings::Options> kOptions[] = {{"native", Settings::Options::kNative},
                                                  {"pyxis", Settings::Options::kPyxis}};
constexpr Choice<RequireSignature> kRequireSignature[] = {{"no", RequireSignature::kNo},
                                                          {"any", RequireSignature::kAny},
                                                          {"all", RequireSignature::kAll},
                                                          {"never", RequireSignature::kNever}};
constexpr Choice<MountKernel> kMountKernel[] = {{"trusted", MountKernel::kTrusted},
                                                {"any-squashfs", MountKernel::kAnySquashfs},
                                                {"never", MountKernel::kNever}};
constexpr Choice<Settings::MountHome> kMountHome[] = {{"yes", Settings::MountHome::kYes},
                                                      {"no", Settings::MountHome::kNo},
                                                      {"user", Settings::MountHome::kUser}};
constexpr Choice<Settings::Devices> kDevices[] = {{"minimal", Settings::Devices::kMinimal},
                                                  {"host", Settings::Devices::kHost}};
constexpr Choice<Settings::Gpu> kGpu[] = {
    {"granted", Settings::Gpu::kGranted}, {"all", Settings::Gpu::kAll}, {"no", Settings::Gpu::kNo}};
constexpr Choice<Settings::Writable> kWritable[] = {{"none", Settings::Writable::kNone},
                                                    {"memory", Settings::Writable::kMemory},
                                                    {"all", Settings::Writable::kAll}};
constexpr Choice<Settings::WritableLayer> kWritableLayer[] = {{"tmpfs", Settings::WritableLayer::kTmpfs},
                                                              {"ext4", Settings::WritableLayer::kExt4}};
constexpr Choice<Settings::RemapRoot> kRemapRoot[] = {{"user", Settings::RemapRoot::kUser},
                                                      {"yes", Settings::RemapRoot::kYes},
                                                      {"no", Settings::RemapRoot::kNo}};

template <auto kField, const auto& kChoices>
bool read_choice(Settings& settings, std::string_view value) {
  for (const auto& [name, choice] : kChoices) {
    if (value != name) continue;
    settings.*kField = choice;
    return true;
  }
  return false;
}

template <auto kField>
bool read_path(Settings& settings, std::string_view value) {
  settings.*kField = value;
  return is_absolute(value);
}

// "none" takes back what a wider scope says.
template <auto kField>
bool read_image(Settings& settings, std::string_view value) {
  settings.*kField = value == kNoImage ? "" : value;
  return value == kNoImage || is_absolute(value);
}

template <auto kField>
bool read_one_of_paths(Settings& settings, std::string_view value) {
  (settings.*kField).emplace_back(value);
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

template <auto kField>
bool read_list(Settings& settings, std::string_view value) {
  return add_parts(settings.*kField, value);
}

template <auto kField>
bool read_one_of_names(Settings& settings, std::string_view value) {
  (settings.*kField).emplace_back(value);
  if (value == "*") return true;
  if (value.ends_with('*')) value.remove_suffix(1);
  return is_variable_name(value);
}

template <auto kField>
bool read_size(Settings& settings, std::string_view value) {
  settings.*kField = value;
  return is_tmpfs_size(value);
}

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

bool read_gpu_bind_key(Settings& settings, std::string_view value) {
  return topology::read_gpu_bind(std::string(value).c_str(), &settings.gpu_bind);
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

constexpr Key kKeys[] = {
    {"options", read_choice<&Settings::options, kOptions>, "native or pyxis", true},
    {"compat", read_choice<&Settings::is_like_pyxis, kCompat>, "pyxis or none"},
    {"users_allow", read_list<&Settings::users>, "users, by name or number, with commas between them"},
    {"groups_allow", read_list<&Settings::groups>, "groups, by name or number, with commas between them"},
    {"allow_root", read_choice<&Settings::allow_root, kYesOrNo>, "yes or no"},
    {"default_image", read_image<&Settings::default_image>, "an absolute path, or none"},
    {"force_image", read_image<&Settings::force_image>, "an absolute path, or none"},
    {"image_path", read_one_of_paths<&Settings::image_paths>, "an absolute path"},
    {"image_owner", read_list<&Settings::image_owners>, "users, by name or number, with commas between them"},
    {"image_group", read_list<&Settings::image_groups>, "groups, by name or number, with commas between them"},
    {"image_format", read_image_format, "some of sif,squashfs,erofs,directory"},
    {"require_signature", read_choice<&Settings::require_signature, kRequireSignature>, "no, any, all or never"},
    {"keyring", read_one_of_paths<&Settings::keyrings>, "an absolute path"},
    {"sealed_size", read_size<&Settings::sealed_size>, "a number, perhaps with k, m, g or %"},
    {"trusted_path", read_one_of_paths<&Settings::trusted_paths>, "an absolute path"},
    {"mount_kernel", read_choice<&Settings::mount_kernel, kMountKernel>, "trusted, any-squashfs or never"},
    {"fuse", read_choice<&Settings::fuse, kYesOrNo>, "yes or no"},
    {"fuse_program", read_path<&Settings::fuse_program>, "an absolute path"},
    {"stage_timeout", read_stage_timeout, "seconds, from 1 to 3600"},
    {"mounts", read_mounts, "SRC[:DST[:FLAGS]][,...] with absolute paths, or auto:TYPE[,...]"},
    {"mounts_allow", read_one_of_paths<&Settings::mounts_allow>, "an absolute path"},
    {"mounts_deny", read_one_of_paths<&Settings::mounts_deny>, "an absolute path"},
    {"mount_home", read_choice<&Settings::mount_home, kMountHome>, "yes, no or user"},
    {"dev", read_choice<&Settings::devices, kDevices>, "minimal or host"},
    {"devices", read_path<&Settings::device_table>, "an absolute path"},
    {"libraries", read_path<&Settings::library_table>, "an absolute path"},
    {"gpu", read_choice<&Settings::gpu, kGpu>, "granted, all or no"},
    {"gpu_bind", read_gpu_bind_key, "order, closest or none"},
    {"gpu_root", read_path<&Settings::gpu_root>, "an absolute path"},
    {"drivers", read_path<&Settings::driver_table>, "an absolute path"},
    {"nics", read_path<&Settings::nic_table>, "an absolute path"},
    {"topology", read_path<&Settings::topology>, "an absolute path"},
    {"devices_allow", read_list<&Settings::devices_allow>,
     "kinds of devices as vendor.com/class, with commas between them, or none"},
    {"writable", read_choice<&Settings::writable, kWritable>, "none, memory or all"},
    {"writable_layer", read_choice<&Settings::writable_layer, kWritableLayer>, "tmpfs or ext4"},
    {"writable_size", read_size<&Settings::writable_size>, "a number, perhaps with k, m, g or %"},
    {"remap_root", read_choice<&Settings::remap_root, kRemapRoot>, "user, yes or no"},
    {"unshare", read_unshare, "some of net,ipc,uts,pid, or none"},
    {"mpi", read_mpi_key, "some of image,host,none, with commas between them"},
    {"task_scripts", read_choice<&Settings::task_scripts, kYesOrNo>, "yes or no", true},
    {"environment", read_path<&Settings::environment_table>, "an absolute path"},
    {"env_set", read_env_set, "NAME=VALUE"},
    {"env_unset", read_one_of_names<&Settings::env_unset>, "the name of a variable, perhaps with * at its end"},
    {"env_pass", read_one_of_names<&Settings::env_pass>, "the name of a variable, perhaps with * at its end"},
    {"batch", read_choice<&Settings::batch_in_image, kBatch>, "image or host"},
};

}  // namespace

const Key* find_key(std::string_view name) {
  const auto key = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& k) { return k.name == name; });
  return key == std::end(kKeys) ? nullptr : key;
}

}  // namespace slipway
