// SPDX-License-Identifier: BSD-3-Clause

// libFuzzer: a plan of any bytes is obeyed or refused by enter. The first seed is a plan as stage writes it.
#include "tests/fuzz/kept_decisions.h"

#include <cstddef>
#include <cstdint>
#include <fstream>

#include "lib/protocol/plan.h"

namespace {

using namespace slipway;

const std::vector<std::string> kVariables = {"PATH=/bin",        "HOME=/home/user", "SLURM_JOB_ID=7", "A=1",
                                             "SLIPWAYENV_B=2",   "APPTAINERENV_B=3", "SINGULARITYENV_PREPEND_PATH=/x",
                                             "SLIPWAYENV_APPEND_PATH=/y", "EMPTY="};

Plan some_plan() {
  Plan plan;
  plan.cwd = "/work";
  plan.notices = {"one notice"};
  plan.front = {"/.singularity.d/runscript"};
  plan.is_batch = true;
  plan.interpreter_remedy = "use another";
  plan.no_pmix = plan.old_pmix = plan.lacks_pmix = plan.lacks_munge = plan.lacks_pmi = plan.no_mpi = plan.launcher =
      "it has none";
  plan.environment = {
      {EnvironmentRule::kDrop, "*"}, {EnvironmentRule::kPass, "SLURM_*"}, {EnvironmentRule::kKeep, "A"}};
  plan.set = {{"B", "2"}};
  plan.fill = {{"C", "3"}};
  plan.lead = {{"LD_LIBRARY_PATH", "/.slipway/host/lib"}};
  plan.behind = {{"PATH", "/.slipway/slurm"}};
  return plan;
}

}  // namespace

// The last word is the corpus.
extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
  const Fd plan = write_plan(some_plan());
  std::ifstream from("/proc/self/fd/" + std::to_string(plan.get()), std::ios::binary);
  std::ofstream to(std::string((*words)[*count - 1]) + "/plan", std::ios::binary);
  to << from.rdbuf();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("plan", MFD_CLOEXEC);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  const fuzz::Environment environment(kVariables);
  try {
    const Decisions decisions = apply_decisions(file);
    if (!decisions.cwd || decisions.cwd < decisions.entries || decisions.cwd >= decisions.end) __builtin_trap();
    for (char** variable = environ; *variable; ++variable) {
      if (!strchr(*variable, '=')) __builtin_trap();
    }
    tell_notices(decisions);
    std::string program = "./app", word = "word";
    char* own[] = {program.data(), word.data(), nullptr};
    size_t words = 0;
    for (char** all = with_words_in_front(decisions, own); all[words]; ++words) continue;
    if (words < 2) __builtin_trap();
  } catch (const fuzz::Ended&) {
  }
  return 0;
}
