// SPDX-License-Identifier: BSD-3-Clause

// The runtime "slipway" of Slurm 26.11: what a step with a container asks slurmstepd for, beside the SPANK plugin. It
// does nothing; its name is a mark that travels with the step on every path. A node without it fails the step, and
// Slurm's own OCI containers (runtime/oci) leave the step's --container alone.
#include <dlfcn.h>
#include <link.h>

#include <cstdint>
#include <cstring>

extern "C" {
#include <slurm/slurm_errno.h>
#include <slurm/slurm_version.h>
}

#include "plugin/libslurm.h"

#define EXPORTED __attribute__((visibility("default")))

// What src/common/plugin.c and src/interfaces/runtime.c look for. The internal structures of slurmstepd, which are in
// no installed header, are never looked into: any pointer will do.
extern "C" {
EXPORTED extern const char plugin_name[], plugin_type[];
EXPORTED extern uint32_t plugin_version;
const char plugin_name[] = "slipway";
const char plugin_type[] = "runtime/slipway";
uint32_t plugin_version = SLURM_VERSION_NUMBER;
}

namespace {

bool has_runtimes(uint32_t version) {
  for (const slipway::SlurmRelease& release : slipway::kSlurmReleases) {
    if (release.api >= slipway::kFirstWithRuntime && version_number(release) == (version & 0xffff00)) return true;
  }
  return false;
}

// Unlike a SPANK plugin's, this version must be Slurm's to the patch, which no function says. But the plugins that this
// process has loaded before do. Of a release that is not known it stays as it was compiled, and Slurm refuses it.
__attribute__((constructor)) void adopt_version() {
  const auto* loaded = static_cast<const link_map*>(dlopen(nullptr, RTLD_LAZY));
  for (; loaded; loaded = loaded->l_next) {
    void* const object = dlopen(loaded->l_name, RTLD_LAZY | RTLD_NOLOAD);
    if (!object) continue;
    const auto* const type = static_cast<const char*>(dlsym(object, "plugin_type"));
    const auto* const version = static_cast<const uint32_t*>(dlsym(object, "plugin_version"));
    const bool is_slurms = type && version && strcmp(type, "spank") != 0 && strcmp(type, plugin_type) != 0;
    if (is_slurms && has_runtimes(*version)) plugin_version = *version;
    dlclose(object);
  }
}

}  // namespace

extern "C" {

EXPORTED int runtime_p_init(int /* runtime_context_t */) { return SLURM_SUCCESS; }
EXPORTED int runtime_p_fini() { return SLURM_SUCCESS; }
EXPORTED int runtime_p_setup(void*, void*, void*, void*) { return SLURM_SUCCESS; }
EXPORTED void runtime_p_cleanup(void*, void*) {}
EXPORTED void runtime_p_task_init(void*, void*, void*) {}
// The caller then executes the task: what the SPANK plugin has put there.
EXPORTED int runtime_p_run(void*, void*, void*) { return ESLURM_NOT_SUPPORTED; }

}  // extern "C"
