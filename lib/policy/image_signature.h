// SPDX-License-Identifier: BSD-3-Clause

// Whether an image bears the signatures that the admin demands (require_signature=, keyring=), as slipway-verify says.
#pragma once

#include <string>

#include "lib/image/open_images.h"
#include "lib/options/settings.h"

namespace slipway {

// The program that reads signatures and keys, which no other of ours does.
inline constexpr char kVerifier[] = LIBEXECDIR "/slipway-verify";
// Why it is not there, and what to do.
inline constexpr char kNoVerifier[] = "this slipway was built without librnp and OpenSSL";
inline constexpr char kNoVerifierRemedy[] =
    "build it where librnp-dev and libssl-dev (librnp-devel and openssl-devel) are installed";

struct SignatureAnswer {
  bool is_good;
  std::string reason;  // completes "the image ...": "is signed by Site <site@example.org> (0123...)"
};

// Judges the bytes that are mounted (OpenedImage::content), which are a SIF. Called by root, the verifier runs under a
// uid that is nobody's, so that neither root reads a hostile byte nor the image's owner can bend the answer; it must
// answer from 512 MiB of memory, and reads all of the image. Throws Error: no keyring, one that cannot be read, no
// verifier, or one that died.
SignatureAnswer verify_signature(const OpenedImage& image, const Settings& settings);

}  // namespace slipway
