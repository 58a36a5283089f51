// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/runtimes.h"

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/error.h"

namespace slipway {

namespace {

// Slurm puts the prefix before what the user wrote.
constexpr char kContainer[] = "container", kRuntime[] = "runtime";
constexpr char kPrefix[] = "runtime/", kOurs[] = "runtime/slipway", kOci[] = "runtime/oci";

// Where Slurm looks for its files: beside the one that is named, or in /etc, or where a configless node keeps them.
std::vector<std::string> configuration_directories() {
  if (const char* const conf = getenv("SLURM_CONF")) {
    const std::string path = conf;
    return {path.substr(0, path.find_last_of('/') + 1)};
  }
  return {"/etc/slurm/", "/run/slurm/conf/"};
}

// Empty: there is none.
std::string path_of_oci_conf() {
  for (const std::string& directory : configuration_directories()) {
    const std::string oci_conf = directory + "oci.conf";
    if (access(oci_conf.c_str(), F_OK) == 0) return oci_conf;
  }
  return "";
}

}  // namespace

// Without --container or an oci.conf, runtime/oci would run the program on the host.
bool is_for_oci(const Slurm& slurm) {
  return slurm.option(kRuntime) == kOci && slurm.option(kContainer) && !path_of_oci_conf().empty();
}

// A step's command has a mark of its own (lib/base/mark.h). That is the better one, since its failure is a rank's: it
// says what is missing, and srun passes its status on, where a slurmstepd that cannot find its runtime may leave srun
// with status 0 when ranks elsewhere have ended. A batch script can have no other than the runtime.
void name_runtime(Slurm& slurm) {
  const std::string asked = slurm.option(kRuntime).value_or("");
  if (!asked.empty() && asked != kOurs) {
    const std::string name = asked.starts_with(kPrefix) ? asked.substr(sizeof kPrefix - 1) : asked;
    throw Error("--runtime=" + printable(name), "does not go with a container of slipway's",
                "leave out the one or the other");
  }
  const std::string oci_conf = path_of_oci_conf();
  if (!asked.empty() || (slurm.launches_steps() && oci_conf.empty())) return;
  // srun keeps it for the components that follow. That is harmless where it is found, and cannot be taken back: they
  // share the string (_opt_copy in srun's sources).
  if (slurm.finds_runtime() && slurm.set_option(kRuntime, kOurs)) return;
  // With an oci.conf, Slurm's own container support takes --container first, and fails on a SIF.
  if (oci_conf.empty()) return;
  throw Error("container", "Slurm's own OCI containers are configured here (" + oci_conf + ")",
              "ask the admin to choose one of the two: slipway needs a Slurm without oci.conf, or Slurm 26.11 with "
              "runtime_slipway.so");
}

}  // namespace slipway
