// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/digest.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <openssl/evp.h>

#include "lib/base/error.h"

namespace slipway::signature {

namespace {

constexpr Hash kHashes[] = {Hash::kSha256, Hash::kSha384, Hash::kSha512};

class Hasher {
 public:
  explicit Hasher(Hash hash) : hash_(hash), context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    const EVP_MD* const algorithm = EVP_get_digestbyname(name_of(hash));
    if (!context_ || !algorithm || EVP_DigestInit_ex(context_.get(), algorithm, nullptr) != 1) fail();
  }
  void add(std::string_view bytes) {
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) fail();
  }
  Digest finish() {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context_.get(), bytes, &size) != 1) fail();
    Digest digest{hash_, ""};
    for (unsigned int i = 0; i < size; ++i) {
      digest.hex += "0123456789abcdef"[bytes[i] >> 4];
      digest.hex += "0123456789abcdef"[bytes[i] & 15];
    }
    return digest;
  }

 private:
  [[noreturn]] void fail() const { throw Error(name_of(hash_), "OpenSSL cannot compute it"); }

  Hash hash_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

size_t digits_of(Hash hash) { return hash == Hash::kSha256 ? 64 : hash == Hash::kSha384 ? 96 : 128; }

}  // namespace

std::optional<Hash> hash_of_number(int32_t number) {
  for (const Hash hash : kHashes) {
    if (static_cast<int32_t>(hash) == number) return hash;
  }
  return std::nullopt;
}

const char* name_of(Hash hash) {
  return hash == Hash::kSha256 ? "sha256" : hash == Hash::kSha384 ? "sha384" : "sha512";
}

std::optional<Digest> digest_in(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  for (const Hash hash : kHashes) {
    if (text.substr(0, colon) != name_of(hash)) continue;
    if (digits.size() != digits_of(hash) || digits.find_first_not_of("0123456789abcdef") != digits.npos) break;
    return Digest{hash, std::string(digits)};
  }
  return std::nullopt;
}

Digest digest_of(Hash hash, std::string_view bytes) {
  Hasher hasher(hash);
  hasher.add(bytes);
  return hasher.finish();
}

Digest digest_of(Hash hash, int file, uint64_t offset, uint64_t size, const std::string& name) {
  Hasher hasher(hash);
  std::vector<char> buffer(std::min<uint64_t>(size, 1 << 20));
  while (size > 0) {
    const size_t wanted = std::min<uint64_t>(size, buffer.size());
    const ssize_t part = pread(file, buffer.data(), wanted, static_cast<off_t>(offset));
    if (part < 0) throw system_error(name, "read");
    if (part == 0) throw Error(name, "became shorter while it was read", "verify it again");
    hasher.add({buffer.data(), static_cast<size_t>(part)});
    offset += part;
    size -= part;
  }
  return hasher.finish();
}

}  // namespace slipway::signature
