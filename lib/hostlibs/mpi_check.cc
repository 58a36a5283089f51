// SPDX-License-Identifier: BSD-3-Clause
#include "lib/hostlibs/mpi_check.h"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/error.h"
#include "lib/elf/library_search.h"
#include "lib/hostlibs/mpi_library.h"
#include "lib/image/image_files.h"
#include "lib/process/command.h"
#include "lib/protocol/wire.h"

namespace slipway {

namespace {

// What comes first on LD_LIBRARY_PATH inside, as far as it is known before the image's scripts have run.
std::vector<std::string> leading_directories(const Plan& plan) {
  std::vector<std::string> directories;
  for (const auto& [name, directory] : plan.lead) directories.insert(directories.begin(), directory);
  return directories;
}

// The commands that start ranks outside of Slurm, also as distributions call them: mpirun.openmpi, mpiexec.hydra.
bool starts_ranks(const std::string& command) {
  constexpr std::string_view kLaunchers[] = {"mpirun", "mpiexec", "orterun", "prterun", "oshrun"};
  const std::string_view whole = std::string_view(command).substr(command.find_last_of('/') + 1);
  const std::string_view name = whole.substr(0, whole.find('.'));
  return std::find(std::begin(kLaunchers), std::end(kLaunchers), name) != std::end(kLaunchers);
}

bool misfits(const MpiLibrary& mpi, const std::string& type) {
  return (type.starts_with("pmix") && (!mpi.pmix || mpi.pmix_1)) || (type == "pmi2" && !mpi.pmi1 && !mpi.pmi2);
}

// The image's scripts may put another library of the same name first: then what any of them can do counts.
void add_others(MpiLibrary& mpi, const ImageFiles& files, const LibrarySearch& search) {
  for (const MpiLibrary& other : mpi_libraries_in(files, search)) {
    if (other.soname != mpi.soname) continue;
    mpi.knows_clients &= other.knows_clients;
    mpi.pmix |= other.pmix;
    mpi.munge |= other.munge;
    mpi.pmix_1 &= other.pmix_1;
    mpi.pmi2 |= other.pmi2;
    mpi.pmi1 |= other.pmi1;
  }
}

}  // namespace

void judge_mpi(Plan& plan, const MpiLibrary& mpi, const std::string& program, const Terms& terms) {
  if (!mpi.knows_clients) return;
  const bool has_pmi = mpi.pmi1 || mpi.pmi2;
  const std::string its = printable(program) + ": its MPI, " + mpi.family + " (" + printable(mpi.soname) + "), ";
  const std::string otherwise =
      mpi.pmix  ? "use srun --mpi=pmix"
      : has_pmi ? "use srun --mpi=pmi2"
                : "use an MPI that was built with PMIx, or the host's (--container-mpi=host)";
  const std::string alone = ": none was found in the image, and each rank may take itself for the only one; " +
                            otherwise + ", or say --container-mpi=none if it is there";
  const std::string or_pmi = has_pmi ? ", or use srun --mpi=pmi2" : "";
  if (!mpi.pmix) plan.lacks_pmix = its + "seems to have no PMIx client" + alone;
  if (mpi.pmix_1) {
    plan.old_pmix = its + "has a PMIx client of version 1, which Slurm's PMIx server here does not answer; " +
                    "use a newer MPI, or the host's (--container-mpi=host)" + or_pmi;
  }
  if (mpi.pmix && !mpi.munge) {
    plan.lacks_munge = its + "seems to find no libmunge.so.2, and Slurm's PMIx server here insists on munge; " +
                    "add munge's library to the image, or use the host's MPI (--container-mpi=host)" + or_pmi;
  }
  if (!has_pmi) plan.lacks_pmi = its + "seems to have no client of PMI-1 or PMI-2" + alone;
  // Slurm's libpmi asks srun itself.
  const bool needs_no_mpi = mpi.pmi1 && !mpi.talks_pmi_itself;
  if (!needs_no_mpi) {
    plan.no_mpi = its + "finds no other ranks in a step without --mpi, and each takes itself for the only one; " +
                  otherwise + ", or say --container-mpi=none if that is what you want";
  }
  if (mpi.pmix && terms.namespaces & CLONE_NEWNET) {
    plan.no_pmix = its + "asks Slurm's PMIx server over the node's loopback, which " +
                   terms.options.source_of("unshare") + "=net takes away; leave net out" + or_pmi;
  } else if (mpi.pmix && terms.remaps_root) {
    // The client tells the server its uid, and the server compares.
    plan.no_pmix = its + "is turned away by Slurm's PMIx server, since inside you are shown as root; " +
                   (terms.options.remap_root ? "leave out " + terms.options.source_of("remap_root")
                                             : "add --no-container-remap-root, as the site shows all so") +
                   or_pmi;
  }
}

void check_mpi_of_program(Plan& plan, const Request& request, const Terms& terms) {
  if (terms.mpi == Mpi::kNone || plan.is_batch || !plan.front.empty()) return;
  // As enter will look for it, and from where.
  const bool is_relative = request.command.find('/') != 0 && request.command.find('/') != std::string::npos;
  const std::string command = is_relative ? plan.cwd + "/" + request.command : request.command;
  const Found found = find_command(command.c_str(), kDefaultSearchPath);
  if (found.exit_code != 0) return;  // the ranks will say so
  if (starts_ranks(command)) {
    plan.launcher = printable(command) + ": starts ranks of its own, once in each of the step's ranks; use srun " +
                    "--mpi=pmix PROGRAM, or srun -n1, or say --container-mpi=none if that is what you want";
    return;
  }
  const FilesBelow files(Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)));
  const LibrarySearch search(files, leading_directories(plan));
  std::optional<MpiLibrary> mpi = mpi_of_program(files, search, found.path);
  if (!mpi) return;
  if (misfits(*mpi, request.mpi_type)) add_others(*mpi, files, search);
  judge_mpi(plan, *mpi, command, terms);
}

}  // namespace slipway
