// SPDX-License-Identifier: BSD-3-Clause

// JSON of strangers: no deeper than it needs to be, and no key twice in one object, which two readers would read
// differently.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace slipway::signature {

// `what` is the subject of the sentence: "the signed text". Throws Rejection.
nlohmann::json bounded_json(const std::string& text, std::string_view what);

// The member of that name. Throws Rejection when `object` is no object, has no such member or one of another type.
const std::string& string_in(const nlohmann::json& object, const char* name, std::string_view what);
const nlohmann::json& array_in(const nlohmann::json& object, const char* name, std::string_view what);

}  // namespace slipway::signature
