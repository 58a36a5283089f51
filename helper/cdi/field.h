// SPDX-License-Identifier: BSD-3-Clause

// A place in a CDI spec: a value and where it stands, so that what is wrong there can be named to the admin.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace slipway::cdi {

// What to do about any error in a spec.
inline constexpr char kRemedy[] = "ask the admin to correct or generate the file again";

// Points into the value, which must outlive it. All that takes a value out throws Error when it is of another type.
class Field {
 public:
  // The whole spec that `file` holds.
  Field(const nlohmann::json& value, const std::string& file) : value_(value), file_(file) {}

  // Throws Error: this is no object, or has members besides these.
  void allow_only(std::initializer_list<const char*> names) const;

  // A member of this object; null is as good as none.
  std::optional<Field> find(const char* name) const;
  // Throws Error, too, when there is none.
  Field member(const char* name) const;

  // The elements of the array of that name; none where there is no such member.
  std::vector<Field> items(const char* name) const;
  std::vector<std::string> texts(const char* name) const;
  // Empty where there is no such member.
  std::string text(const char* name) const;
  // Throws Error, too, when there is none or it is empty.
  std::string filled_text(const char* name) const;
  void check_number(const char* name, uint64_t most) const;
  void check_number(uint64_t most) const;
  // Throws Error: this is no object of texts.
  void check_texts() const;

  // Without NUL. A whole number is taken for its digits: names of devices are often written so.
  std::string text() const;
  // A text that is an absolute path without "..", and not the root.
  std::string path() const;

  // "<file>: <place> <why>; <remedy>".
  [[noreturn]] void refuse(const std::string& why) const;

 private:
  Field(const nlohmann::json& value, const std::string& file, const std::string& place)
      : value_(value), file_(file), place_(place) {}

  const nlohmann::json& value_;
  const std::string& file_;
  const std::string place_;  // "devices[0].name"; empty: the whole
};

}  // namespace slipway::cdi
