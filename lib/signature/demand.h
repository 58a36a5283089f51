// SPDX-License-Identifier: BSD-3-Clause

// What a site demands of an image's signatures before a step runs in it (require_signature= in slipway.conf(5)).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/signature/verdict.h"

namespace slipway::signature {

enum class Demand {
  kAny,    // one of the listed keys signed every group
  kAll,    // each of them did
  kNever,  // none of them signed anything
};

// "any", "all", "never".
std::optional<Demand> demand_of(std::string_view word);

struct Answer {
  bool is_met;
  std::string reason;  // completes "the image ...": "is signed by Site <site@example.org> (0123...)"
};

// `verdict` was made with the `listed` keys and no others.
Answer judge(Demand demand, const Verdict& verdict, const std::vector<Signer>& listed);

}  // namespace slipway::signature
