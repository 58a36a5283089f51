// SPDX-License-Identifier: BSD-3-Clause

// The checks of slipway doctor, each a function that answers one question. None needs root; what a user cannot see is
// answered with "unknown".
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/doctor/finding.h"
#include "cli/doctor/site.h"

namespace slipway::doctor {

struct Check {
  const char* name;
  Finding (*look)(const Site&);
};

// All of them, in the order in which they are told.
std::span<const Check> checks();

// kernel_checks.cc: what the kernel has, and what Slipway does without it.
struct SystemCall {
  const char* name;
  const char* since;     // the release of the kernel that brought it
  bool (*exists)();
  const char* fallback;  // what Slipway does without it
};
Finding look_at_kernel(const Site& site);
Finding look_at_system_calls(std::span<const SystemCall> calls);
Finding look_at_system_calls(const Site& site);
Finding look_at_kernel_age(const Site& site);
Finding look_at_writable_layer(const Site& site);
Finding look_at_hidepid(const Site& site);
Finding look_at_ptrace(const Site& site);

// namespace_checks.cc: whether a container's namespaces can be made.
Finding look_at_user_namespaces(const Site& site);
Finding look_at_mount_namespaces(const Site& site);
Finding look_at_other_namespaces(const Site& site);
Finding look_at_unprivileged_namespaces(const Site& site);
Finding look_at_apparmor(const Site& site);
Finding look_at_selinux(const Site& site);

// file_system_checks.cc: what the kernel mounts.
Finding look_at_squashfs(const Site& site);
Finding look_at_erofs(const Site& site);
Finding look_at_overlay(const Site& site);
Finding look_at_loop_devices(const Site& site);

// fuse_checks.cc: users' own images.
Finding look_at_fuse(const Site& site);
Finding look_at_fuse_device(const Site& site);
Finding look_at_fuse_program(const Site& site);

// slipway_checks.cc: our own files and the admin's settings.
Finding look_at_helpers(const Site& site);
Finding look_at_plugin_line(const Site& site);
Finding look_at_requirement(const Site& site);
Finding look_at_stray_keys(const Site& site);
Finding look_at_plugin(const Site& site);
Finding look_at_settings(const Site& site);
Finding look_at_scopes(const Site& site);
Finding look_at_tables(const Site& site);
Finding look_at_pyxis(const Site& site);

// image_checks.cc: the images that the admin's settings name for steps.
Finding look_at_default_image(const Site& site);
Finding look_at_force_image(const Site& site);

// signature_checks.cc: what the images' signatures are verified with.
Finding look_at_signatures(const Site& site);

// slurm_checks.cc: how Slurm is configured.
Finding look_at_slurm_conf(const Site& site);
Finding look_at_slurm_release(const Site& site);
Finding look_at_oci_conf(const Site& site);
Finding look_at_job_container(const Site& site);
Finding look_at_contain_spank(const Site& site);
Finding look_at_proctrack(const Site& site);
Finding look_at_prolog_flags(const Site& site);
Finding look_at_test_exec(const Site& site);
Finding look_at_munge(const Site& site);

// mpi_checks.cc: how ranks find each other.
Finding look_at_mpi_default(const Site& site);
Finding look_at_mpi_plugins(const Site& site);
Finding look_at_pmix(const Site& site);
Finding look_at_fabrics(const Site& site);

// gpu_checks.cc: GPUs, who has them, and where they are.
Finding look_at_gpus(const Site& site);
Finding look_at_topology(const Site& site);
Finding look_at_cdi(const Site& site);

// host_checks.cc: what else a node has that users want inside.
Finding look_at_automounts(const Site& site);
Finding look_at_shared_file_systems(const Site& site);

// The directories on which file systems of several machines are mounted, by the kind that mounts=auto: takes ("nfs" for
// nfs4 too), without those of the system's own directories.
struct SharedFileSystem {
  std::string kind;
  std::string directory;
  bool is_read_only;
};
std::vector<SharedFileSystem> shared_file_systems(const Site& site);

// Where autofs waits, but for the system's own.
std::vector<std::string> automounts(const Site& site);

}  // namespace slipway::doctor
