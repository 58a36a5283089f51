#include "signature/envelope.h"

#include <openssl/evp.h>

#include "signature/bounded_json.h"
#include "signature/rejection.h"

namespace slipway::signature {

namespace {

constexpr char kWhat[] = "its DSSE envelope";
constexpr size_t kMostSignatures = 64;  // each is tried with each key

// Of the standard's alphabet; the envelope's definition allows the other one too, which no writer of SIF uses.
std::string decoded(const std::string& base64) {
  const size_t digits = base64.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  const size_t padding = digits == base64.npos ? 0 : base64.size() - digits;
  if (base64.size() % 4 != 0 || padding > 2 || base64.find_first_not_of('=', base64.size() - padding) != base64.npos) {
    throw Rejection(std::string(kWhat) + " is not in proper base64");
  }
  std::string bytes(base64.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size())) < 0) {
    throw Rejection(std::string(kWhat) + " is not in proper base64");
  }
  bytes.resize(bytes.size() - padding);
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
