// SPDX-License-Identifier: BSD-3-Clause

// Which MPI an image has, and which process managers its ranks can be started by: read from its libraries, of which
// none is run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/elf/library_search.h"
#include "lib/image/image_files.h"

namespace slipway {

struct MpiLibrary {
  std::string family;  // "Open MPI", "MPICH", "Intel MPI", "MVAPICH" or "Cray MPICH"
  std::string path;    // without links
  std::string soname;  // libmpi.so.40
  int major = -1;      // of its ABI: 40. -1: unknown
  int minor = -1;      // libmpi.so.40.30.4: 30, libtool's age: programs built with it need at least that

  // What it can ask for its rank and peers. Of a family whose choice is made when it runs, nothing is known.
  bool knows_clients = true;
  bool pmix = false;
  bool pmix_1 = false;  // its PMIx is of version 1, which servers from 4 on do not answer
  bool munge = false;   // its PMIx finds munge's library, for servers that insist on a credential
  bool pmi2 = false;
  bool pmi1 = false;
  // PMI-1 or PMI-2 without a library: it talks over PMI_FD itself. Of Slurm's, mpi/pmi2 alone answers there, and it
  // answers both.
  bool talks_pmi_itself = false;
  std::string pmix_library;    // its libpmix, without links; empty: built in, or none
  std::string pmix_component;  // the component of Open MPI that is or uses the client, without links; empty: none
};

// The MPI of a program that links with one, itself or through its libraries. Cheap for programs that do not: their
// libraries are opened, but for those that every program has.
std::optional<MpiLibrary> mpi_of_program(const ImageFiles& files, const LibrarySearch& search,
                                         const std::string& program_path);

// The MPI library at `path` itself. Nothing: it is none that is known here.
std::optional<MpiLibrary> mpi_library_at(const ImageFiles& files, const LibrarySearch& search, const std::string& path);

// All that lie where such libraries are installed, sorted by path, each file once.
std::vector<MpiLibrary> mpi_libraries_in(const ImageFiles& files, const LibrarySearch& search);

// As its library has it: "4.1.4". Empty: it has none that can be told from other numbers.
std::string version_of_mpi(const ImageFiles& files, const MpiLibrary& mpi);
std::string version_of_pmix(const ImageFiles& files, const MpiLibrary& mpi);

}  // namespace slipway
