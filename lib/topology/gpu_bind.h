// SPDX-License-Identifier: BSD-3-Clause

// The ways to bind a step's ranks to its GPUs, by their names.
#pragma once

namespace slipway::topology {

enum class GpuBind {
  kOrder,    // every rank sees all, in one order of the node, in which GPU i is near to local rank i
  kClosest,  // each sees its share: those near to it
  kNone      // as Slurm has it
};

// Nothing: it is none of "order", "closest" and "none".
bool read_gpu_bind(const char* word, GpuBind* bind);

const char* name_of(GpuBind bind);

}  // namespace slipway::topology
