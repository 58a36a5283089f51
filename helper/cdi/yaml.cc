// SPDX-License-Identifier: BSD-3-Clause
#include "helper/cdi/yaml.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "helper/cdi/document.h"
#include "helper/cdi/field.h"
#include "lib/base/error.h"

namespace slipway::cdi {

namespace {

using nlohmann::json;

constexpr size_t kLongText = 64;

std::string at(const YAML::Mark& mark) { return "line " + std::to_string(mark.line + 1) + ": "; }

// Whole numbers in the ways of YAML 1.1, in which 0660 is octal: null when `text` is none.
json number_in(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x")) base = 16;
  else if (text.size() > 1 && text.starts_with('0')) base = 8;
  if (base == 16 || text.starts_with("0o")) text.remove_prefix(2);
  uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number, base);
  if (text.empty() || failure != std::errc() || stop != end) return nullptr;
  if (!is_negative) return number;
  return number <= INT64_MAX ? json(-static_cast<int64_t>(number)) : json(nullptr);
}

// Builds the value as the parser walks the text: yaml-cpp's own nodes would be built before anybody could object.
class Builder : public YAML::EventHandler {
 public:
  explicit Builder(const std::string& file) : file_(file) {}

  json value() { return std::move(root_); }
  bool is_whole() const { return is_whole_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override { is_whole_ = true; }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add({nullptr, 1}, mark, anchor); }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "an alias stands inside its own anchor");
    add(Counted(found->second), mark, YAML::NullAnchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    json value = tag == "?" ? number_in(text) : json(nullptr);  // "?": plain, without quotes
    if (value.is_null() || is_key_next()) value = text;
    add({std::move(value), 1 + text.size() / kLongText}, mark, anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(json::array(), mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(json::object(), mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Counted {
    json value;
    size_t values;     // how many it is made of; long texts count more
    size_t depth = 0;  // how many collections deep
  };

  struct Open {
    Counted built;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    bool has_key = false;
    std::string key;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& why) const {
    throw Error(printable(file_), at(mark) + why, kRemedy);
  }

  bool is_key_next() const { return !open_.empty() && open_.back().built.value.is_object() && !open_.back().has_key; }

  void open(json collection, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() >= kDeepest) refuse(mark, "is nested too deeply");
    if (is_key_next()) refuse(mark, "a key is not a text");
    open_.push_back({{std::move(collection), 1, 1}, mark, anchor, false, ""});
  }

  void close() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    add(std::move(closed.built), closed.mark, closed.anchor);
  }

  void add(Counted part, const YAML::Mark& mark, YAML::anchor_t anchor) {
    const size_t above = open_.empty() ? 0 : open_.back().built.values;
    if (above + part.values > kMostValues) refuse(mark, "holds too many values");
    if (open_.size() + part.depth > kDeepest) refuse(mark, "is nested too deeply");
    if (anchor != YAML::NullAnchor) {
      // What is kept counts as what is shown.
      anchored_ += part.values;
      if (anchored_ > kMostValues) refuse(mark, "holds too many values");
      anchors_[anchor] = part;
    }
    if (open_.empty()) {
      root_ = std::move(part.value);
      return;
    }
    Open& parent = open_.back();
    if (is_key_next()) return take_key(parent, part.value, mark);
    parent.built.values += part.values;
    parent.built.depth = std::max(parent.built.depth, part.depth + 1);
    if (parent.built.value.is_array()) parent.built.value.push_back(std::move(part.value));
    else parent.built.value[parent.key] = std::move(part.value);
    parent.has_key = false;
  }

  void take_key(Open& parent, const json& key, const YAML::Mark& mark) const {
    if (!key.is_string()) refuse(mark, "a key is not a text");
    parent.key = key.get<std::string>();
    parent.has_key = true;
    if (parent.built.value.contains(parent.key)) {
      refuse(mark, "has \"" + printable(parent.key, 100) + "\" twice in one object");
    }
  }

  const std::string& file_;
  json root_;
  bool is_whole_ = false;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Counted> anchors_;
  size_t anchored_ = 0;
};

}  // namespace

json yaml_of(const std::string& text, const std::string& file) {
  // yaml-cpp takes a NUL for the end, and what is behind it would be read by nobody.
  if (text.find('\0') != text.npos) throw Error(printable(file), "holds a NUL", kRemedy);
  std::istringstream stream(text);
  Builder builder(file);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder) || !builder.is_whole()) {
      throw Error(printable(file), "holds no document", kRemedy);
    }
    Builder next(file);
    if (parser.HandleNextDocument(next)) throw Error(printable(file), "holds more than one document", kRemedy);
  } catch (const YAML::Exception& error) {
    throw Error(printable(file), "is not YAML (" + at(error.mark) + printable(error.msg, 200) + ")", kRemedy);
  }
  return builder.value();
}

}  // namespace slipway::cdi
