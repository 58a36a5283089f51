// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/record.h"

#include "lib/base/error.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "container", kMpi[] = "mpi", kPmix[] = "pmix";  // "pmix_v4" and so on, too

}  // namespace

// Since Slurm 23.02, mpi/pmix looks for its sockets in the bundle of a step's --container, which without an oci.conf
// does not exist (src/plugins/mpi/pmix/pmixp_info.c): such a step must not have that option. `mpi` is MpiDefault where
// the user did not say --mpi.
//
// srun's components share the string (_opt_copy), which a new value frees: of a step with several components none is
// shown, and where PMIx, which may be a later component's, would take it for a bundle, each one's own is reset, before
// the next one is made from it. sbatch's jobs copy it. salloc takes it for granted that what runs in one that has it is
// on a node (use_interactive_step), and looks again at each component.
void show_in_record(Slurm& slurm, const std::string& image, bool is_whole) {
  if (!slurm.has_native_container()) return;
  const bool has_breakable_pmix = slurm.launches_steps() && slurm.native_container_breaks_pmix();
  const bool would_break = has_breakable_pmix && slurm.option(kMpi).value_or("").starts_with(kPmix);
  const bool may_be_shown = !would_break && (is_whole || slurm.is_sbatch());
  const bool is_taken_back = has_breakable_pmix || may_be_shown;
  if (may_be_shown && !image.empty()) {
    slurm.set_option(kContainer, image);  // without it, only the record is poorer
  } else if (is_taken_back && slurm.option(kContainer) && !slurm.reset_option(kContainer) && would_break) {
    throw Error("--container", "Slurm would take it for an OCI bundle of --mpi=pmix",
                "use --container-image, which means the same");
  }
}

}  // namespace slipway
