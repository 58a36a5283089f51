// SPDX-License-Identifier: BSD-3-Clause

// A DSSE envelope (github.com/secure-systems-lab/dsse), as SIF signatures without OpenPGP are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::signature {

inline constexpr char kPayloadType[] = "application/vnd.sylabs.sif-metadata+json";

struct Envelope {
  std::string payload;                  // decoded; to be parsed only when one of the signatures is valid
  std::vector<std::string> signatures;  // decoded; their key ids prove nothing, and are not read
};

// Throws Rejection: not an envelope, its payload of another type, none or too many signatures.
Envelope envelope_in(const std::string& text);

// What a signature of an envelope signs: "pre-authentication encoding".
std::string signed_bytes(std::string_view payload_type, std::string_view payload);

}  // namespace slipway::signature
