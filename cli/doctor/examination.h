// SPDX-License-Identifier: BSD-3-Clause

// All checks on this node, with a time limit: a file server that does not answer must not hold up what asks for the
// node's health.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "cli/doctor/checks.h"

namespace slipway::doctor {

// The findings in the checks' order, each with its check's name. The checks run in a process of their own, which is
// killed when it has not ended after `limit`: the check that it was at is then missing, and there are no findings of
// those behind it. Throws Error when there can be no such process.
std::vector<Finding> examine(const Node& node, std::span<const Check> checks, std::chrono::milliseconds limit);

// Whether something that containers need is missing.
bool is_fit(const std::vector<Finding>& findings);

}  // namespace slipway::doctor
