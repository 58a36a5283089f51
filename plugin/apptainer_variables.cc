// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/apptainer_variables.h"

#include <string_view>
#include <utility>

namespace slipway {

namespace {

// The newer name counts where both are set, as there.
constexpr const char* kPrefixes[] = {"APPTAINER_", "SINGULARITY_"};

// Those that change what a container has, and what takes their place. What builds and pulls images, and --nv and
// --rocm, which come by themselves, are not among them.
constexpr std::pair<const char*, const char*> kOptions[] = {
    {"CONTAIN", "SLIPWAY_CONTAIN"},
    {"CONTAINALL", "SLIPWAY_CONTAIN"},
    {"CLEANENV", "SLIPWAY_CLEANENV"},
    {"NO_HOME", "SLIPWAY_NO_MOUNT=home"},
    {"NO_MOUNT", "SLIPWAY_NO_MOUNT"},
    {"HOME", "SLIPWAY_MOUNTS"},
    {"MOUNT", "SLIPWAY_MOUNTS"},
    {"SCRATCH", "SLIPWAY_MOUNTS"},
    {"PWD", "SLIPWAY_WORKDIR"},
    {"TARGET_PWD", "SLIPWAY_WORKDIR"},
    {"OVERLAY", "SLIPWAY_OVERLAY"},
    {"OVERLAYIMAGE", "SLIPWAY_OVERLAY"},
    {"WRITABLE", "SLIPWAY_WRITABLE"},
    {"WRITABLE_TMPFS", "SLIPWAY_WRITABLE"},
    {"FAKEROOT", "SLIPWAY_REMAP_ROOT"},
    {"ENV", "SLIPWAY_ENV"},
    {"ENV_FILE", "SLIPWAY_ENV_FILE"},
    {"APP", "SLIPWAY_APP"},
    {"NET", "SLIPWAY_UNSHARE"},
    {"IPC", "SLIPWAY_UNSHARE"},
    {"PID", "SLIPWAY_UNSHARE"},
    {"UTS", "SLIPWAY_UNSHARE"},
};

struct Variable {
  std::string name, value;
};

// Empty where it is unset.
Variable variable(const Slurm& slurm, std::string_view name) {
  for (const char* prefix : kPrefixes) {
    const std::string whole = prefix + std::string(name), value = slurm.environment(whole.c_str()).value_or("");
    if (!value.empty()) return {whole, value};
  }
  return {};
}

void add(std::string& list, const std::string& word, const char* between) {
  list += (list.empty() ? "" : between) + word;
}

}  // namespace

ApptainerVariables apptainer_variables(const Slurm& slurm) {
  ApptainerVariables variables;
  for (const char* name : {"BIND", "BINDPATH"}) {
    const Variable bind = variable(slurm, name);
    if (!bind.value.empty()) variables.binds.emplace_back(bind.name, bind.value);
  }
  std::string names, instead;
  for (const auto& [name, option] : kOptions) {
    const Variable found = variable(slurm, name);
    if (found.value.empty()) continue;
    add(names, found.name, ", ");
    if (instead.find(option) == instead.npos) add(instead, option, " and ");
  }
  if (!names.empty()) variables.notice = names + ": not obeyed here; slipway(1) has " + instead;
  return variables;
}

}  // namespace slipway
