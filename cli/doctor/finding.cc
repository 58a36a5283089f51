// SPDX-License-Identifier: BSD-3-Clause
#include "cli/doctor/finding.h"

#include <utility>

#include "lib/base/error.h"

namespace slipway::doctor {

const char* word_of(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kWarning:
      return "warning";
    case Status::kMissing:
      return "missing";
    case Status::kUnknown:
      break;
  }
  return "unknown";
}

Finding ok(std::string found, std::string means) {
  return {Status::kOk, std::move(found), std::move(means), "", ""};
}

Finding warning(std::string found, std::string means, std::string remedy) {
  return {Status::kWarning, std::move(found), std::move(means), std::move(remedy), ""};
}

Finding missing(std::string found, std::string means, std::string remedy) {
  return {Status::kMissing, std::move(found), std::move(means), std::move(remedy), ""};
}

Finding unknown(std::string found, std::string means, std::string remedy) {
  return {Status::kUnknown, std::move(found), std::move(means), std::move(remedy), ""};
}

Finding hidden(const std::string& path) {
  return unknown(printable(path) + " cannot be seen by this user", "nothing is known of it",
                 "run slipway doctor as root");
}

}  // namespace slipway::doctor
