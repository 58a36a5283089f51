// SPDX-License-Identifier: BSD-3-Clause

// Whether the MPI of the step's program can find its peers by what Slurm offers. Said before it hangs, or before each
// rank takes itself for the only one.
#pragma once

#include <string>

#include "lib/hostlibs/mpi_library.h"
#include "lib/options/terms.h"
#include "lib/protocol/plan.h"
#include "lib/protocol/request.h"

namespace slipway {

// Stands inside the finished container. Adds to the plan what is to be said of the program that its command names:
// which of it holds, the ranks find out (helper/enter/mpi_check.h). Of scripts, and of a program that the image's
// runscript would start, it says nothing.
void check_mpi_of_program(Plan& plan, const Request& request, const Terms& terms);

// The sentences, for a program with this MPI.
void judge_mpi(Plan& plan, const MpiLibrary& mpi, const std::string& program, const Terms& terms);

}  // namespace slipway
