// Which Slurm has loaded us.
#pragma once

namespace slipway {

// The release that goes with a libslurm API version (slurm_api_version()), in the form of SLURM_VERSION_NUMBER:
// year << 16 | month << 8. 0 for releases we do not know: Slurm then refuses the plugin by itself.
unsigned release_of_api(long api_version);

// srun, sbatch and salloc have --container themselves since 21.08.
bool has_native_container(long api_version);

}  // namespace slipway
