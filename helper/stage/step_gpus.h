// SPDX-License-Identifier: BSD-3-Clause

// stage's part in a step's GPUs: what the node has, for the ranks to take what they were granted (gpu/).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "lib/base/fd.h"
#include "lib/gpu/table.h"
#include "lib/process/nobody.h"
#include "lib/protocol/request.h"

namespace slipway {

class Gpus {
 public:
  // Looks what the node has, and begins to read its topology where a rank may ask for that. Called by root. Throws
  // Error.
  explicit Gpus(const Request& request);

  // Nothing for the ranks: the site shows no GPU, or the node has none and nobody wants to know of its NICs.
  bool are_none() const { return !table_; }

  // Makes the GPUs' device nodes, hidden, in the container's /dev, whose tmpfs is mounted at `directory`. Called by
  // root, before the user's namespace exists. Throws Error.
  void make_nodes(const Request& request, const std::string& directory) const;

  // For the ranks, as lib/protocol/wire.h has them. Throws Error.
  std::vector<Fd> descriptors();

 private:
  std::unique_ptr<gpu::Table> table_;
  std::optional<NobodysProgram> topology_;
};

}  // namespace slipway
