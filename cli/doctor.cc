// SPDX-License-Identifier: BSD-3-Clause

// slipway doctor: whether this machine can run containers, and what stands in the way. Fit for Slurm's
// HealthCheckProgram: it asks no other machine, and ends in a bounded time.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "cli/doctor/checks.h"
#include "cli/doctor/examination.h"
#include "cli/doctor/report.h"
#include "cli/doctor/suggestion.h"
#include "cli/usage.h"
#include "lib/base/error.h"

namespace slipway {

namespace {

using namespace doctor;
using nlohmann::json;

constexpr std::chrono::seconds kLimit(5);

void print_json(const std::vector<Finding>& findings) {
  json all = json::array();
  for (const Finding& finding : findings) {
    all.push_back({{"check", finding.check},
                   {"status", word_of(finding.status)},
                   {"found", printable(finding.found)},
                   {"means", printable(finding.means)},
                   {"remedy", printable(finding.remedy)}});
  }
  printf("%s\n", all.dump(2).c_str());
}

}  // namespace

int doctor_command(const std::vector<std::string>& words) {
  const Arguments arguments("doctor", words);
  const bool as_json = arguments.has("--json"), is_quiet = arguments.has("--quiet"),
             suggests = arguments.has("--suggest");
  if (!arguments.operands().empty()) throw unknown_word("doctor", arguments.operands()[0]);
  if (as_json + is_quiet + suggests > 1) throw UsageError("doctor: takes one of --json, --quiet and --suggest");
  const Node node;
  if (suggests) {
    alarm(kLimit.count());  // ends it where a file server does not answer
    fputs(suggestion_for(site_of(node)).c_str(), stdout);
    return 0;
  }
  const std::vector<Finding> findings = examine(node, checks(), kLimit);
  if (as_json) print_json(findings);
  else fputs((is_quiet ? quiet_report_of(findings) : report_of(findings)).c_str(), stdout);
  return is_fit(findings) ? 0 : kExitRefused;
}

}  // namespace slipway
