// SPDX-License-Identifier: BSD-3-Clause
#include "lib/options/terms.h"

#include <algorithm>

#include "lib/base/error.h"

namespace slipway {

namespace {

Error not_allowed(const std::string& option, const Settings& settings, std::string_view key) {
  return Error(option, "is not allowed on this cluster (" + words_of_key(settings, key) + ")",
               "leave it out, or ask the admin");
}

bool decide_home(const Options& options, const Settings& settings) {
  using MountHome = Settings::MountHome;
  const MountHome policy = settings.mount_home.value_or(settings.is_like_pyxis ? MountHome::kUser : MountHome::kYes);
  if (policy == MountHome::kNo) {
    if (options.mount_home == true) throw not_allowed(options.source_of("mount_home"), settings, "mount_home");
    return false;
  }
  if (options.mount_home == true && options.without_home) {
    throw Error(options.source_of("mount_home"), "contradicts " + options.source_of("no_mount") + "=home",
                "give one of the two");
  }
  if (options.contain || options.without_home) return options.mount_home.value_or(false);
  return options.mount_home.value_or(policy == MountHome::kYes);
}

Terms::Writing decide_writing(const Options& options, const Settings& settings) {
  using Writing = Terms::Writing;
  using Allowed = Settings::Writable;
  const bool is_kept = !options.overlay.empty() && !options.overlay_read_only && options.writable != false;
  if (is_kept) {
    if (settings.writable == Allowed::kAll) return Writing::kOverlay;
    throw not_allowed(options.source_of("overlay"), settings, "writable");
  }
  if (!options.writable.value_or(false)) return Writing::kNone;
  if (settings.writable == Allowed::kNone) {
    throw not_allowed(options.source_of("writable"), settings, "writable");
  }
  return settings.writable == Allowed::kAll && options.overlay.empty() ? Writing::kDirectory : Writing::kMemory;
}

bool decide_remap_root(const Options& options, const Settings& settings) {
  switch (settings.remap_root) {
    case Settings::RemapRoot::kNo:
      if (options.remap_root == true) {
        throw not_allowed(options.source_of("remap_root"), settings, "remap_root");
      }
      return false;
    case Settings::RemapRoot::kYes: return options.remap_root.value_or(true);
    case Settings::RemapRoot::kUser: break;
  }
  return options.remap_root.value_or(false);
}

unsigned decide_namespaces(const Options& options, const Settings& settings) {
  const unsigned wanted = options.namespaces.value_or(0);
  if (wanted & ~namespaces_of(settings.unshare, "unshare")) {
    throw not_allowed(options.source_of("unshare"), settings, "unshare");
  }
  return wanted;
}

// With the host's libfabric, ranks have something of the host's MPI.
Mpi decide_mpi(const Options& options, const Settings& settings) {
  const auto is_allowed = [&](Mpi mpi) {
    return std::any_of(settings.mpi.begin(), settings.mpi.end(),
                       [&](const std::string& word) { return mpi_of(word) == mpi; });
  };
  if (options.fabric_of_host && !is_allowed(Mpi::kHost)) {
    throw not_allowed(options.source_of("fabric") + "=host", settings, "mpi");
  }
  const Mpi mpi = options.mpi.value_or(mpi_of(settings.mpi.front()).value_or(Mpi::kImage));
  if (!is_allowed(mpi)) throw not_allowed(options.source_of("mpi"), settings, "mpi");
  return mpi;
}

}  // namespace

Terms terms_of(const Options& options, const Settings& settings) {
  Terms terms;
  terms.options = options;
  terms.contained = options.contain;
  terms.shows_home = decide_home(options, settings);
  terms.shows_cwd = !options.contain && !options.without_cwd && !settings.is_like_pyxis;
  terms.shows_tmp = !options.contain && !options.without_tmp;
  terms.shows_host_devices = settings.devices == Settings::Devices::kHost && !options.contain;
  terms.starts_in_image = settings.is_like_pyxis;
  terms.writing = decide_writing(options, settings);
  terms.remaps_root = decide_remap_root(options, settings);
  terms.namespaces = decide_namespaces(options, settings);
  terms.mpi = decide_mpi(options, settings);
  terms.gpu_bind = options.gpu_bind.value_or(settings.gpu_bind);
  terms.batch_in_image = options.batch_in_image.value_or(settings.batch_in_image);
  return terms;
}

}  // namespace slipway
