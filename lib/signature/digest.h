// SPDX-License-Identifier: BSD-3-Clause

// Digests of the SHA-2 family, by OpenSSL. No other hash is accepted anywhere in a signature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::signature {

// By the numbers of the SIF format (sif::Object::hash).
enum class Hash : int32_t { kSha256 = 1, kSha384, kSha512 };

// Nothing: it is none of SHA-2.
std::optional<Hash> hash_of_number(int32_t number);

// OpenSSL's name: "sha256".
const char* name_of(Hash hash);

struct Digest {
  Hash hash = Hash::kSha256;
  std::string hex;  // lower case

  bool operator==(const Digest&) const = default;
};

// "sha256:<64 digits in lower case>", as signatures write it. Nothing: it is not that, or not of SHA-2.
std::optional<Digest> digest_in(std::string_view text);

// The two below throw Error when OpenSSL fails; the second also when the file ends early or cannot be read.
Digest digest_of(Hash hash, std::string_view bytes);
// Read by pread in parts: a mapped file that its owner cuts would kill the reader.
Digest digest_of(Hash hash, int file, uint64_t offset, uint64_t size, const std::string& name);

}  // namespace slipway::signature
