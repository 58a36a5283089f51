// SPDX-License-Identifier: BSD-3-Clause

// What a user asks of a container beside its image: the values of the --container-* options
// (lib/options/option_table.h), understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/kernel/path_base.h"
#include "lib/options/mount_words.h"
#include "lib/options/option_table.h"
#include "lib/topology/gpu_bind.h"

namespace slipway {

// The namespaces that a step can have for itself, as clone(2) names them (CLONE_NEWNET, ...), from "net,ipc,uts,pid".
// Throws Error, which names `option`.
unsigned namespaces_of(const std::string& text, const std::string& option);

// Whose MPI a step's ranks have.
enum class Mpi {
  kImage,
  kHost,  // the host's libraries take the place of the image's
  kNone,  // nothing is shown for MPI, and nothing is checked
};

// "image", "host" or "none".
std::optional<Mpi> mpi_of(std::string_view word);

struct Options {
  OptionValues values;  // as they were read
  // What errors name a setting by.
  std::string source_of(std::string_view setting) const { return slipway::source_of(values, setting); }

  std::vector<MountWord> mounts;
  std::string workdir;  // absolute path inside; empty: as it comes
  std::optional<bool> mount_home;
  bool without_tmp = false, without_home = false, without_cwd = false;
  bool contain = false;

  std::vector<std::string> host_variables;                          // the host's value wins over the image's
  std::vector<std::pair<std::string, std::string>> set_variables;   // set to this, whoever else sets it
  bool clean_environment = false;
  std::string environment_file;  // path on the host; empty: none

  std::optional<bool> run;  // the image's runscript, with the step's words as its arguments
  std::string app;          // of SCIF; empty: none

  std::optional<bool> writable;
  std::string overlay;  // directory on the host; empty: none
  bool overlay_read_only = false;
  std::optional<bool> remap_root;
  std::optional<unsigned> namespaces;  // as namespaces_of
  std::optional<bool> batch_in_image;

  std::optional<Mpi> mpi;
  std::optional<topology::GpuBind> gpu_bind;
  bool nics_are_bound = false;  // ranks are told their nearest NICs
  std::string devices;          // of CDI, as lib/devices/cdi_parts.h has them; empty: none

  bool fabric_of_host = false;  // the host's libfabric takes the place of the image's
};

// Throws Error: a value that is not understood.
Options read_options(const OptionValues& values);

// The values as another process, on another node, must get them: relative paths taken from the directory, and ~/ from
// the home. Throws Error: a value that is not understood, or that holds a line break; a path with a variable in it,
// which nobody expands, that is not there.
OptionValues with_absolute_paths(const OptionValues& values, const PathBase& base);

// "NAME", as a shell could set it.
bool is_variable_name(std::string_view name);

}  // namespace slipway
