// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/widening.h"


#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "lib/base/memory_size.h"
#include "lib/base/paths.h"
#include "lib/options/options.h"

namespace slipway {

namespace {

using Names = std::vector<std::string>;
using RequireSignature = Settings::RequireSignature;

bool has(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool names_other(const Names& without, const Names& with) {
  return std::any_of(with.begin(), with.end(), [&](const std::string& name) { return !has(without, name); });
}

// Lists of what is allowed, which allow everything when they are empty.
bool names_more(const Names& without, const Names& with) {
  return !without.empty() && (with.empty() || names_other(without, with));
}

// One who is in either list is admitted.
bool admits_more(const Settings& without, const Settings& with) {
  Names all_without = without.users, all_with = with.users;
  for (const std::string& group : without.groups) all_without.push_back("group " + group);
  for (const std::string& group : with.groups) all_with.push_back("group " + group);
  return names_more(all_without, all_with);
}

bool is_below_one(const std::string& path, const Names& directories) {
  return std::any_of(directories.begin(), directories.end(), [&](const std::string& directory) {
    return is_at_or_below(normal_path(path), normal_path(directory));
  });
}

bool leads_elsewhere(const Names& without, const Names& with) {
  return std::any_of(with.begin(), with.end(), [&](const auto& path) { return !is_below_one(path, without); });
}

// As names_more, of directories with all that is in them.
bool opens_more(const Names& without, const Names& with) {
  return !without.empty() && (with.empty() || leads_elsewhere(without, with));
}

// As tmpfs(5) has it, 0 is no limit.
uint64_t bytes_of(const std::string& size) {
  const uint64_t bytes = bytes_of_memory_size(size);
  return bytes == 0 ? std::numeric_limits<uint64_t>::max() : bytes;
}

bool is_larger(const std::string& without, const std::string& with) { return bytes_of(with) > bytes_of(without); }

// What users may have rises with it.
int rank_of(Settings::Gpu gpu) { return gpu == Settings::Gpu::kNo ? 0 : gpu == Settings::Gpu::kGranted ? 1 : 2; }
int rank_of(MountKernel mount) { return mount == MountKernel::kNever ? 0 : mount == MountKernel::kTrusted ? 1 : 2; }
int rank_of(Settings::Devices devices) { return devices == Settings::Devices::kHost ? 1 : 0; }
int rank_of(Settings::Writable writable) {
  return writable == Settings::Writable::kNone ? 0 : writable == Settings::Writable::kMemory ? 1 : 2;
}

int rank_of(Settings::WritableLayer layer) { return layer == Settings::WritableLayer::kExt4 ? 1 : 0; }

// Of "never" images run that "any" refuses, and the other way round.
bool trusts_more(const Settings& without, const Settings& with) {
  if (without.require_signature == RequireSignature::kNo) return false;
  const bool is_stricter =
      without.require_signature == RequireSignature::kAny && with.require_signature == RequireSignature::kAll;
  return without.require_signature != with.require_signature && !is_stricter;
}

// One who may choose the keys may choose the signers.
bool has_other_keys(const Settings& without, const Settings& with) {
  return without.require_signature != RequireSignature::kNo && without.keyrings != with.keyrings;
}

bool asks_for_more_namespaces(const Settings& without, const Settings& with) {
  return namespaces_of(with.unshare, "unshare") & ~namespaces_of(without.unshare, "unshare");
}

// What the admin mounts, users could mount by themselves where nothing is said of mounts.
bool mounts_more(const Settings& without, const Settings& with) {
  const bool hides_home = without.mount_home == Settings::MountHome::kNo;
  if (without.mounts_allow.empty() && without.mounts_deny.empty() && !hides_home) return false;
  return names_other(without.mounts, with.mounts);
}

bool forces_another(const Settings& without, const Settings& with) {
  return !without.force_image.empty() && with.force_image != without.force_image;
}

// Of one of the settings' members.
template <auto kList>
bool names(const Settings& without, const Settings& with) {
  return names_more(without.*kList, with.*kList);
}
template <auto kDirectories>
bool opens(const Settings& without, const Settings& with) {
  return opens_more(without.*kDirectories, with.*kDirectories);
}
template <auto kSize>
bool has_more(const Settings& without, const Settings& with) {
  return is_larger(without.*kSize, with.*kSize);
}
template <auto kSwitch>
bool says_yes(const Settings& without, const Settings& with) {
  return with.*kSwitch && !(without.*kSwitch);
}
template <auto kChoice>
bool ranks_higher(const Settings& without, const Settings& with) {
  return rank_of(with.*kChoice) > rank_of(without.*kChoice);
}

struct Key {
  std::string_view name;
  bool (*widens)(const Settings& without, const Settings& with);
};

bool never(const Settings&, const Settings&) { return false; }

constexpr Key kKeys[] = {
    {"users_allow", admits_more},
    {"groups_allow", admits_more},
    {"allow_root", says_yes<&Settings::allow_root>},
    {"force_image", forces_another},
    {"image_path", opens<&Settings::image_paths>},
    {"image_owner", names<&Settings::image_owners>},
    {"image_group", names<&Settings::image_groups>},
    {"image_format", names<&Settings::image_formats>},
    {"require_signature", trusts_more},
    {"keyring", has_other_keys},
    {"sealed_size", has_more<&Settings::sealed_size>},
    {"trusted_path",
     [](const Settings& without, const Settings& with) {
       return leads_elsewhere(without.trusted_paths, with.trusted_paths);
     }},
    {"mount_kernel", ranks_higher<&Settings::mount_kernel>},
    {"fuse", says_yes<&Settings::fuse>},
    {"mounts", mounts_more},
    {"mounts_allow", opens<&Settings::mounts_allow>},
    {"mounts_deny",
     [](const Settings& without, const Settings& with) {
       return leads_elsewhere(with.mounts_deny, without.mounts_deny);
     }},
    // Whoever may ask for it has it.
    {"mount_home",
     [](const Settings& without, const Settings& with) {
       return without.mount_home == Settings::MountHome::kNo && with.mount_home != Settings::MountHome::kNo;
     }},
    {"dev", ranks_higher<&Settings::devices>},
    {"gpu", ranks_higher<&Settings::gpu>},
    {"devices_allow", names<&Settings::devices_allow>},
    {"writable", ranks_higher<&Settings::writable>},
    {"writable_layer", ranks_higher<&Settings::writable_layer>},
    {"writable_size", has_more<&Settings::writable_size>},
    {"remap_root",
     [](const Settings& without, const Settings& with) {
       return without.remap_root == Settings::RemapRoot::kNo && with.remap_root != Settings::RemapRoot::kNo;
     }},
    {"unshare", asks_for_more_namespaces},
    {"mpi", names<&Settings::mpi>},
    // A script on the host is a step that no image was forced on.
    {"batch",
     [](const Settings& without, const Settings& with) {
       return !without.force_image.empty() && !with.batch_in_image;
     }},
    // These say how a container is made, not what its user may have.
    {"compat", never},
    {"default_image", never},
    {"fuse_program", never},
    {"stage_timeout", never},
    {"devices", never},
    {"libraries", never},
    {"gpu_bind", never},
    {"gpu_root", never},
    {"drivers", never},
    {"nics", never},
    {"topology", never},
    {"environment", never},
    {"env_set", never},
    {"env_unset", never},
    {"env_pass", never},
};

}  // namespace

bool widens(std::string_view key, const Settings& without, const Settings& with) {
  const auto known = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& k) { return k.name == key; });
  return known == std::end(kKeys) || known->widens(without, with);
}

}  // namespace slipway
