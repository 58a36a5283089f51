// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/field.h"

#include <algorithm>
#include <string_view>

#include "lib/base/error.h"
#include "lib/base/paths.h"

namespace slipway::cdi {

using nlohmann::json;

void Field::allow_only(std::initializer_list<const char*> names) const {
  if (!value_.is_object()) refuse("is not an object");
  for (const auto& member : value_.items()) {
    const std::string& name = member.key();
    const bool is_known =
        std::any_of(names.begin(), names.end(), [&](std::string_view known) { return known == name; });
    if (!is_known) refuse("has an unknown field \"" + printable(name, 100) + "\"");
  }
}

std::optional<Field> Field::find(const char* name) const {
  const auto found = value_.find(name);
  if (found == value_.end() || found->is_null()) return std::nullopt;
  return Field(*found, file_, (place_.empty() ? "" : place_ + ".") + name);
}

Field Field::member(const char* name) const {
  const std::optional<Field> found = find(name);
  if (!found) Field(value_, file_, (place_.empty() ? "" : place_ + ".") + name).refuse("is missing");
  return *found;
}

std::vector<Field> Field::items(const char* name) const {
  std::vector<Field> fields;
  const std::optional<Field> array = find(name);
  if (!array) return fields;
  if (!array->value_.is_array()) array->refuse("is not a list");
  for (size_t i = 0; i < array->value_.size(); ++i) {
    fields.push_back(Field(array->value_[i], file_, array->place_ + "[" + std::to_string(i) + "]"));
  }
  return fields;
}

std::vector<std::string> Field::texts(const char* name) const {
  std::vector<std::string> texts;
  for (const Field& field : items(name)) texts.push_back(field.text());
  return texts;
}

std::string Field::text(const char* name) const {
  const std::optional<Field> found = find(name);
  return found ? found->text() : "";
}

std::string Field::filled_text(const char* name) const {
  const Field found = member(name);
  const std::string text = found.text();
  if (text.empty()) found.refuse("is empty");
  return text;
}

void Field::check_number(const char* name, uint64_t most) const {
  if (const std::optional<Field> found = find(name)) found->check_number(most);
}

void Field::check_number(uint64_t most) const {
  // Those that are negative are of another type.
  if (!value_.is_number_unsigned() || value_.get<uint64_t>() > most) {
    refuse("is not a number from 0 to " + std::to_string(most));
  }
}

void Field::check_texts() const {
  if (!value_.is_object()) refuse("is not an object");
  for (const auto& [name, value] : value_.items()) {
    if (!value.is_string()) Field(value, file_, place_ + "." + printable(name, 100)).refuse("is not a text");
  }
}

std::string Field::text() const {
  if (value_.is_number_integer()) return value_.dump();
  if (!value_.is_string()) refuse("is not a text");
  const std::string& text = value_.get_ref<const std::string&>();
  if (text.find('\0') != text.npos) refuse("holds a NUL");
  return text;
}

std::string Field::path() const {
  const std::string path = text();
  if (!path.starts_with('/')) refuse("is no absolute path");
  if ((path + "/").find("/../") != path.npos) refuse("has \"..\" in its path");
  if (normal_path(path) == "/") refuse("is the root");
  return path;
}

void Field::refuse(const std::string& why) const {
  throw Error(printable(file_), (place_.empty() ? "" : place_ + " ") + why, kRemedy);
}

}  // namespace slipway::cdi
