#include "enter/mpi_check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "enter/text.h"
#include "helper/wire.h"

namespace slipway {

namespace {

bool is_alone() {
  const char* const ranks = getenv("SLURM_STEP_NUM_TASKS");
  return ranks && strcmp(ranks, "1") == 0;
}

// With other words of Slurm's (SLURM_MPI_TYPE) it is a kind that we do not know.
bool has_no_mpi() { return !getenv("SLURM_MPI_TYPE") && !getenv("PMI_RANK"); }

}  // namespace

void check_mpi(const Decisions& decisions) {
  if (is_alone()) return;
  const char* refusal = nullptr;
  if (getenv("PMIX_NAMESPACE")) refusal = decisions.no_pmix;
  else if (getenv("PMI_FD")) refusal = decisions.no_pmi;
  else if (decisions.no_mpi && has_no_mpi()) tell(decisions.no_mpi);
  if (!refusal) return;
  tell(refusal);
  _exit(kExitRefused);
}

}  // namespace slipway
