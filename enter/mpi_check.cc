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

// What the server can do is in the variables that it gives its clients: the address at which version 1 asks, and the
// credentials that it takes.
const char* refusal_of_pmix(const Decisions& decisions) {
  if (decisions.no_pmix) return decisions.no_pmix;
  if (decisions.old_pmix && !getenv("PMIX_SERVER_URI")) return decisions.old_pmix;
  const char* const credentials = getenv("PMIX_SECURITY_MODE");
  return credentials && strcmp(credentials, "munge") == 0 ? decisions.no_munge : nullptr;
}

}  // namespace

void check_mpi(const Decisions& decisions) {
  if (is_alone()) return;
  const char* refusal = nullptr;
  if (getenv("PMIX_NAMESPACE")) refusal = refusal_of_pmix(decisions);
  else if (getenv("PMI_FD")) refusal = decisions.no_pmi;
  else if (decisions.no_mpi && has_no_mpi()) tell(decisions.no_mpi);
  if (!refusal) return;
  tell(refusal);
  _exit(kExitRefused);
}

}  // namespace slipway
