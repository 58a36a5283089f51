// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/report.h"

#include <algorithm>

#include "cli/doctor/examination.h"
#include "lib/base/error.h"

namespace slipway::doctor {

namespace {

std::string lines_with(Status status, const std::vector<Finding>& findings) {
  constexpr size_t kWidestWord = 8;
  std::string lines;
  for (const Finding& finding : findings) {
    if (finding.status != status) continue;
    std::string word = word_of(status);
    word.resize(kWidestWord, ' ');
    const std::string remedy = finding.remedy.empty() ? "" : "; " + finding.remedy;
    lines += word + " " + finding.check + ": " + printable(finding.found) + ": " + printable(finding.means) +
             printable(remedy) + "\n";
  }
  return lines;
}

// "3 problems, 1 warning": nothing of what there is none of.
std::string count_of(const std::vector<Finding>& findings) {
  constexpr struct {
    Status status;
    const char *one, *several;
  } kKinds[] = {{Status::kMissing, "problem", "problems"},
                {Status::kWarning, "warning", "warnings"},
                {Status::kUnknown, "unknown", "unknown"}};
  std::string text;
  for (const auto& [status, one, several] : kKinds) {
    const auto number = std::count_if(findings.begin(), findings.end(),
                                      [wanted = status](const Finding& finding) { return finding.status == wanted; });
    if (number == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(number) + " " + (number == 1 ? one : several);
  }
  return text;
}

}  // namespace

std::string quiet_report_of(const std::vector<Finding>& findings) {
  return lines_with(Status::kMissing, findings) + lines_with(Status::kWarning, findings);
}

std::string report_of(const std::vector<Finding>& findings) {
  const std::string count = count_of(findings);
  const char* const verdict =
      is_fit(findings) ? "this node is fit to run containers\n" : "this node is not fit to run containers\n";
  return quiet_report_of(findings) + lines_with(Status::kUnknown, findings) + lines_with(Status::kOk, findings) +
         count + (count.empty() ? "" : "; ") + verdict;
}

}  // namespace slipway::doctor
