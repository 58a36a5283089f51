// SPDX-License-Identifier: BSD-3-Clause

// Parts of the host that a container has besides its image, below /.slipway/host: directories of the host, each bound
// there once, and in the directory of each part (mpi, gpu) links to what is used of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lib/spec/layout.h"

namespace slipway {

inline constexpr char kHostParts[] = "/.slipway/host";

class HostDirectory {
 public:
  // A link at `link` ("mpi/lib/libmpi.so.40", below kHostParts) to the file `path` of the host, whose directory is
  // shown for it. Of two for one link the first stays. `asked_by` and `asked_for` are as in LayoutEntry.
  void add_link(const std::string& link, const std::string& path, const std::string& asked_by, AskedFor asked_for);

  // A directory or file of the host, read-only at its own place.
  void add_place(const std::string& path, const std::string& asked_by, AskedFor asked_for);

  // For the end of the layout: what it is made of, in order; nothing where no link was added.
  std::vector<LayoutEntry> entries() &&;

 private:
  struct Shown {
    std::string directory;  // of the host; shown at its number
    std::string name;       // of that number
  };

  const std::string& name_of_directory(const std::string& directory, const std::string& asked_by, AskedFor asked_for);
  void add_mount(const std::string& source, const std::string& target, const std::string& asked_by, AskedFor asked_for);

  std::vector<Shown> shown_;
  std::vector<std::pair<std::string, std::string>> links_;
  std::vector<LayoutEntry> mounts_;
};

}  // namespace slipway
