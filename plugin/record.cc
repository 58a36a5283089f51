#include "plugin/record.h"

#include "helper/error.h"

namespace slipway {

namespace {

constexpr char kContainer[] = "container", kMpi[] = "mpi", kPmix[] = "pmix";  // "pmix_v4" and so on, too

}  // namespace

// Since Slurm 23.02, mpi/pmix looks for its sockets in the bundle of a step's --container, which without an oci.conf
// does not exist (src/plugins/mpi/pmix/pmixp_info.c): such a step must not have that option. `mpi` is MpiDefault where
// the user did not say --mpi.
//
// srun's components share the string (_opt_copy), which a new value frees: of a step with several components none is
// shown, and what is reset is this component's own, since the first one's was reset, too. Jobs copy it.
void show_in_record(Slurm& slurm, const std::string& image, bool is_whole) {
  if (!slurm.has_native_container()) return;
  const bool is_step = slurm.launches_steps();
  const bool would_break =
      is_step && slurm.native_container_breaks_pmix() && slurm.option(kMpi).value_or("").starts_with(kPmix);
  if (is_step && !is_whole && !would_break) return;
  if (!image.empty() && !would_break) {
    slurm.set_option(kContainer, image);  // without it, only the record is poorer
  } else if (slurm.option(kContainer) && !slurm.reset_option(kContainer) && would_break) {
    throw Error("--container", "Slurm would take it for an OCI bundle of --mpi=pmix",
                "use --container-image, which means the same");
  }
}

}  // namespace slipway
