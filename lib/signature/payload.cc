// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/payload.h"

#include <limits>
#include <set>

#include "lib/signature/bounded_json.h"
#include "lib/signature/rejection.h"

namespace slipway::signature {

namespace {

using nlohmann::json;

constexpr char kWhat[] = "its signed text";
constexpr size_t kMostObjects = 1 << 16;  // as in a SIF that we read (lib/image/sif.cc)

Digest digest_at(const json& object, const char* name) {
  const std::optional<Digest> digest = digest_in(string_in(object, name, kWhat));
  if (!digest) throw Rejection(std::string(kWhat) + " has a \"" + name + "\" that is no digest of SHA-2");
  return *digest;
}

uint32_t relative_id(const json& object) {
  const auto id = object.is_object() ? object.find("relativeId") : object.end();
  if (id == object.end() || !id->is_number_unsigned() ||
      id->get<uint64_t>() > std::numeric_limits<uint32_t>::max()) {
    throw Rejection(std::string(kWhat) + " has no proper \"relativeId\"");
  }
  return id->get<uint32_t>();
}

}  // namespace

Payload payload_in(const std::string& verified_text) {
  if (verified_text.starts_with("SIFHASH:")) {
    throw Rejection("it is of the legacy kind, which covers data without its description");
  }
  const json text = bounded_json(verified_text, kWhat);
  if (!text.is_object() || text.value("version", json()) != 1) {
    throw Rejection(std::string(kWhat) + " is not of version 1");
  }
  Payload payload;
  payload.header = digest_at(text.value("header", json()), "digest");
  std::set<uint32_t> ids;
  const json& objects = array_in(text, "objects", kWhat);
  if (objects.empty() || objects.size() > kMostObjects) throw Rejection(std::string(kWhat) + " names no objects");
  for (const json& object : objects) {
    payload.objects.push_back(
        {relative_id(object), digest_at(object, "descriptorDigest"), digest_at(object, "objectDigest")});
    if (!ids.insert(payload.objects.back().relative_id).second) {
      throw Rejection(std::string(kWhat) + " names an object twice");
    }
  }
  return payload;
}

}  // namespace slipway::signature
