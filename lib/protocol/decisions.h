// SPDX-License-Identifier: BSD-3-Clause

// What stage decided for all ranks of a step on this node (lib/protocol/plan.h), applied to this rank.
#pragma once

#include "lib/topology/gpu_bind.h"

namespace slipway {

// Strings in the mapped plan, which stays until exec.
struct Decisions {
  const char* cwd = nullptr;     // inside the container
  // Why the program's MPI cannot work where Slurm offers what is said; nullptr: it can, or nobody knows.
  const char* no_pmix = nullptr;   // PMIx
  const char* old_pmix = nullptr;  // PMIx to clients from version 2 on
  // Why it seems that it cannot.
  const char* lacks_pmix = nullptr;   // PMIx
  const char* lacks_munge = nullptr;  // PMIx to clients with a credential of munge's
  const char* lacks_pmi = nullptr;    // PMI-1 and PMI-2
  const char* no_mpi = nullptr;       // nothing
  const char* launcher = nullptr;     // the program starts ranks itself; nullptr: it is no such program
  bool is_batch = false;         // this is the job's batch step
  bool shows_gpus = false;  // those that the rank was granted
  topology::GpuBind gpu_bind = topology::GpuBind::kNone;
  bool has_hosts_dev = false;  // all devices of the node are there
  const char* no_driver = nullptr;  // why programs that use GPUs cannot work; nullptr: they can, or nobody knows
  const char* interpreter_remedy = nullptr;  // when the command's interpreter is missing; nullptr: the usual
  const char* entries = nullptr;  // for the functions below
  const char* end = nullptr;
};

// Sets the environment as the plan says, and then as the user's SLIPWAYENV_X, APPTAINERENV_X and SINGULARITYENV_X do:
// of several for one X, the first of these counts.
// Ends this rank when the plan is not one of this release.
Decisions apply_decisions(int plan);

// Tells the user what stage has to say, from the step's first rank.
void tell_notices(const Decisions& decisions);

// Sets what is set for ranks that have a GPU.
void set_gpu_variables(const Decisions& decisions);

// The value of the plan's first entry with this key behind that of the value `previous`, or at all (nullptr). nullptr:
// there is none.
const char* next_value(const Decisions& decisions, const char* key, const char* previous);

// The step's words behind those that the plan puts in front of them; then a single "-" stands for no words at all.
char** with_words_in_front(const Decisions& decisions, char** words);

}  // namespace slipway
