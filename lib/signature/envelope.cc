// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/envelope.h"

#include <openssl/evp.h>

#include "lib/signature/bounded_json.h"
#include "lib/signature/rejection.h"

namespace slipway::signature {

namespace {

constexpr char kWhat[] = "its DSSE envelope";
constexpr size_t kMostSignatures = 64;  // each is tried with each key

// In the standard's alphabet, and written as an encoder writes it; the envelope's definition allows another alphabet,
// which no writer of SIF uses.
std::string decoded(const std::string& base64) {
  std::string bytes(base64.size() / 4 * 3, '\0');
  const bool readable =
      base64.size() % 4 == 0 &&
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size())) >= 0;
  const size_t padding = base64.size() - 1 - base64.find_last_not_of('=');
  if (!readable || padding > 2 || padding > bytes.size()) throw Rejection(std::string(kWhat) + " is not in base64");
  bytes.resize(bytes.size() - padding);
  // EVP_DecodeBlock passes over blanks and over bits that stand for nothing.
  std::string again((bytes.size() + 2) / 3 * 4 + 1, '\0');
  again.resize(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(again.data()),
                               reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size())));
  if (again != base64) throw Rejection(std::string(kWhat) + " is not in base64");
  return bytes;
}

}  // namespace

Envelope envelope_in(const std::string& text) {
  const nlohmann::json json = bounded_json(text, kWhat);
  if (string_in(json, "payloadType", kWhat) != kPayloadType) {
    throw Rejection(std::string(kWhat) + " holds something other than digests of a SIF");
  }
  Envelope envelope{decoded(string_in(json, "payload", kWhat)), {}};
  const nlohmann::json& signatures = array_in(json, "signatures", kWhat);
  if (signatures.empty()) throw Rejection(std::string(kWhat) + " has no signature");
  if (signatures.size() > kMostSignatures) throw Rejection(std::string(kWhat) + " has too many signatures");
  for (const nlohmann::json& signature : signatures) {
    envelope.signatures.push_back(decoded(string_in(signature, "sig", kWhat)));
  }
  return envelope;
}

std::string signed_bytes(std::string_view payload_type, std::string_view payload) {
  std::string bytes = "DSSEv1 ";
  bytes.append(std::to_string(payload_type.size())).append(" ").append(payload_type);
  return bytes.append(" ").append(std::to_string(payload.size())).append(" ").append(payload);
}

}  // namespace slipway::signature
