#include "topology/slurm_cpus.h"

#include <stdlib.h>
#include <string.h>

namespace slipway::topology {

namespace {

bool read_element(const char* text, bool is_mask, CpuSet& cpus) {
  if (is_mask) return cpus.read_mask(text, ",*");
  cpus = CpuSet();
  char* end;
  const long cpu = strtol(text, &end, 0);
  if (end == text || (*end && *end != ',' && *end != '*')) return false;
  cpus.add(static_cast<int>(cpu));
  return true;
}

// How many ranks the list is for, of which the first `ranks` are filled in; 0: it is not understood.
int read_once(const char* list, bool is_mask, int ranks, CpuSet* cpus) {
  int rank = 0;
  for (const char* text = list; *text && rank < ranks;) {
    CpuSet element;
    if (!read_element(text, is_mask, element)) return 0;
    text += strcspn(text, ",*");
    long times = 1;
    if (*text == '*') {
      char* end;
      times = strtol(text + 1, &end, 10);
      if (times < 1 || (*end && *end != ',')) return 0;
      text = end;
    }
    for (; times > 0 && rank < ranks; --times) cpus[rank++] = element;
    if (*text) ++text;
  }
  return rank;
}

}  // namespace

void read_slurm_cpus(const char* type, const char* list, int ranks, CpuSet* cpus) {
  const bool is_mask = type && strcmp(type, "mask_cpu:") == 0;
  const bool is_map = type && strcmp(type, "map_cpu:") == 0;
  const int told = list && (is_mask || is_map) ? read_once(list, is_mask, ranks, cpus) : 0;
  for (int rank = told; rank < ranks; ++rank) cpus[rank] = told > 0 ? cpus[rank - told] : CpuSet();
}

}  // namespace slipway::topology
