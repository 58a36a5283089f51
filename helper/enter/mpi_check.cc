// SPDX-License-Identifier: BSD-3-Clause
#include "helper/enter/mpi_check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/protocol/wire.h"

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
  return getenv("PMIX_SERVER_URI") ? nullptr : decisions.old_pmix;
}

const char* doubt_of_pmix(const Decisions& decisions) {
  if (decisions.lacks_pmix) return decisions.lacks_pmix;
  const char* const credentials = getenv("PMIX_SECURITY_MODE");
  return credentials && strcmp(credentials, "munge") == 0 ? decisions.lacks_munge : nullptr;
}

}  // namespace

void check_mpi(const Decisions& decisions) {
  if (is_alone()) return;
  if (decisions.launcher) tell(decisions.launcher);
  const bool has_pmix = getenv("PMIX_NAMESPACE");
  if (const char* const refusal = has_pmix ? refusal_of_pmix(decisions) : nullptr) {
    tell(refusal);
    _exit(kExitRefused);
  }
  const char* const doubt = has_pmix            ? doubt_of_pmix(decisions)
                            : getenv("PMI_FD")  ? decisions.lacks_pmi
                            : has_no_mpi()      ? decisions.no_mpi
                                                : nullptr;
  if (doubt) tell(doubt);
}

}  // namespace slipway
