// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/checks.h"

namespace slipway::doctor {

namespace {

constexpr Check kChecks[] = {
    {"kernel", look_at_kernel},
    {"system calls", look_at_system_calls},
    {"kernel features", look_at_kernel_age},
    {"user namespaces", look_at_user_namespaces},
    {"mount namespaces", look_at_mount_namespaces},
    {"other namespaces", look_at_other_namespaces},
    {"unprivileged user namespaces", look_at_unprivileged_namespaces},
    {"AppArmor", look_at_apparmor},
    {"SELinux", look_at_selinux},
    {"squashfs", look_at_squashfs},
    {"EROFS", look_at_erofs},
    {"overlayfs", look_at_overlay},
    {"loop devices", look_at_loop_devices},
    {"writable_layer", look_at_writable_layer},
    {"FUSE", look_at_fuse},
    {"/dev/fuse", look_at_fuse_device},
    {"fuse_program", look_at_fuse_program},
    {"hidepid", look_at_hidepid},
    {"ptrace", look_at_ptrace},
    {"slurm.conf", look_at_slurm_conf},
    {"Slurm", look_at_slurm_release},
    {"plugstack.conf", look_at_plugin_line},
    {"required", look_at_requirement},
    {"stray keys", look_at_stray_keys},
    {"plugin", look_at_plugin},
    {"helpers", look_at_helpers},
    {"settings", look_at_settings},
    {"scopes", look_at_scopes},
    {"default_image", look_at_default_image},
    {"force_image", look_at_force_image},
    {"signatures", look_at_signatures},
    {"tables", look_at_tables},
    {"Pyxis", look_at_pyxis},
    {"oci.conf", look_at_oci_conf},
    {"job containers", look_at_job_container},
    {"contain_spank", look_at_contain_spank},
    {"ProctrackType", look_at_proctrack},
    {"PrologFlags", look_at_prolog_flags},
    {"test_exec", look_at_test_exec},
    {"munge", look_at_munge},
    {"MpiDefault", look_at_mpi_default},
    {"MPI plugins", look_at_mpi_plugins},
    {"PMIx", look_at_pmix},
    {"fabrics", look_at_fabrics},
    {"GPUs", look_at_gpus},
    {"topology", look_at_topology},
    {"CDI", look_at_cdi},
    {"automounter", look_at_automounts},
    {"shared file systems", look_at_shared_file_systems},
};

}  // namespace

std::span<const Check> checks() { return kChecks; }

}  // namespace slipway::doctor
