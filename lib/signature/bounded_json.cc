// SPDX-License-Identifier: BSD-3-Clause
#include "lib/signature/bounded_json.h"

#include <set>
#include <vector>

#include "lib/signature/rejection.h"

namespace slipway::signature {

namespace {

using nlohmann::json;

constexpr int kDeepest = 4;  // payloads and envelopes have objects in an array in an object

const json& member(const json& object, const char* name, json::value_t type, std::string_view what) {
  if (!object.is_object() || !object.contains(name) || object[name].type() != type) {
    throw Rejection(std::string(what) + " has no proper \"" + name + "\"");
  }
  return object[name];
}

}  // namespace

json bounded_json(const std::string& text, std::string_view what) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  const auto look = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDeepest) throw Rejection(std::string(what) + " is nested too deeply");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      throw Rejection(std::string(what) + " has a key twice");
    }
    return true;
  };
  try {
    return json::parse(text, look);
  } catch (const json::exception&) {
    throw Rejection(std::string(what) + " is not JSON");
  }
}

const std::string& string_in(const json& object, const char* name, std::string_view what) {
  return member(object, name, json::value_t::string, what).get_ref<const std::string&>();
}

const json& array_in(const json& object, const char* name, std::string_view what) {
  return member(object, name, json::value_t::array, what);
}

}  // namespace slipway::signature
