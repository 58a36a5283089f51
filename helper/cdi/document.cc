// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/document.h"

#include <set>
#include <vector>

#include "helper/cdi/field.h"
#include "helper/cdi/yaml.h"
#include "lib/base/error.h"

namespace slipway::cdi {

namespace {

using nlohmann::json;

json json_of(const std::string& text, const std::string& file) {
  const auto refuse = [&](const std::string& why) { throw Error(printable(file), why, kRemedy); };
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  size_t values = 0;
  const auto look = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > static_cast<int>(kDeepest)) refuse("is nested too deeply");
    if (++values > kMostValues) refuse("holds too many values");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
      refuse("has \"" + printable(parsed.get<std::string>(), 100) + "\" twice in one object");
    }
    return true;
  };
  try {
    return json::parse(text, look);
  } catch (const json::parse_error& error) {
    throw Error(printable(file), "is not JSON (at byte " + std::to_string(error.byte) + ")", kRemedy);
  } catch (const json::exception&) {
    throw Error(printable(file), "holds a number that is too large", kRemedy);
  }
}

}  // namespace

json document_of(const std::string& text, const std::string& file) {
  if (text.size() > kLargestFile) {
    throw Error(printable(file), "is larger than " + std::to_string(kLargestFile >> 20) + " MiB", kRemedy);
  }
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos) throw Error(printable(file), "is empty", kRemedy);
  return text[start] == '{' ? json_of(text, file) : yaml_of(text, file);
}

}  // namespace slipway::cdi
