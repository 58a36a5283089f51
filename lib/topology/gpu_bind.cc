// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/gpu_bind.h"

#include <string.h>

namespace slipway::topology {

bool read_gpu_bind(const char* word, GpuBind* bind) {
  constexpr GpuBind kAll[] = {GpuBind::kOrder, GpuBind::kClosest, GpuBind::kNone};
  for (const GpuBind each : kAll) {
    if (strcmp(word, name_of(each)) != 0) continue;
    *bind = each;
    return true;
  }
  return false;
}

const char* name_of(GpuBind bind) {
  switch (bind) {
    case GpuBind::kOrder: return "order";
    case GpuBind::kClosest: return "closest";
    case GpuBind::kNone: break;
  }
  return "none";
}

}  // namespace slipway::topology
