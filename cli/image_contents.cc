// SPDX-License-Identifier: BSD-3-Clause
#include "cli/image_contents.h"

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "cli/reader_process.h"
#include "lib/base/error.h"
#include "lib/base/fd.h"
#include "lib/base/text_file.h"
#include "lib/image/sif.h"

namespace slipway {

namespace {

using nlohmann::json;

constexpr size_t kLongestText = 256 << 10;  // bytes: a definition file has some thousand
constexpr size_t kMostBytes = 1 << 20;      // of all
constexpr size_t kMostScripts = 100;
constexpr size_t kMostLabels = 1000;
constexpr size_t kMostApps = 1000;

constexpr char kScripts[] = "/.singularity.d/env";

std::string shortened(std::string text, size_t most) {
  if (text.size() <= most) return text;
  text.resize(most);
  return text + "\n[cut off by slipway inspect: it is longer]\n";
}

// Of one image: there is an end to what all its texts take.
class Texts {
 public:
  json in_file(const ImageFiles& files, const std::string& path) {
    const Fd file = files.open(path);
    return file ? json(take(text_of_regular_file(file, most() + 1))) : json();
  }

  std::string in_object(int image, const sif::Object& object) {
    std::string text(std::min<uint64_t>(object.size, most() + 1), '\0');
    const ssize_t size = pread(image, text.data(), text.size(), static_cast<off_t>(object.offset));
    text.resize(std::max<ssize_t>(size, 0));
    return take(std::move(text));
  }

 private:
  size_t most() const { return std::min(kLongestText, left_); }

  std::string take(std::string text) {
    text = shortened(std::move(text), most());
    left_ -= std::min(left_, text.size());
    return text;
  }

  size_t left_ = kMostBytes;
};

void add_labels(json& labels, const std::string& text) {
  const json found = json::parse(text, nullptr, false);
  if (!found.is_object()) return;
  for (const auto& [label, value] : found.items()) {
    if (labels.size() == kMostLabels) return;
    if (!labels.contains(label)) labels[label] = value.is_string() ? value : json(value.dump());
  }
}

// What a SIF holds beside its file system.
json contents_of_objects(int image, const std::string& name) {
  Texts texts;
  json contents = {{"definition", nullptr}, {"labels", json::object()}};
  for (const sif::Object& object : sif::read(image, name).objects) {
    if (object.type == sif::Type::kLabels) add_labels(contents["labels"], texts.in_object(image, object));
    if (object.type != sif::Type::kDefinition || contents["definition"].is_string()) continue;
    contents["definition"] = texts.in_object(image, object);
  }
  return contents;
}

json text_in(const json& answer, const char* key) {
  const auto value = answer.find(key);
  return value != answer.end() && value->is_string() ? json(printable_text(value->get<std::string>())) : json();
}

// The member of that name, empty where it is none of that type.
json member(const json& answer, const char* key, const json& empty) {
  const auto value = answer.find(key);
  return value != answer.end() && value->type() == empty.type() ? *value : empty;
}

// Once where it is read, as JSON can hold no other bytes than UTF-8, and once more: see answer_of_reader.
json checked(const json& answer) {
  json contents = {{"runscript", nullptr},  {"definition", nullptr},        {"labels", json::object()},
                   {"apps", json::array()}, {"environment", json::array()}, {"unknown", nullptr}};
  if (answer.is_string()) contents["unknown"] = printable(answer.get<std::string>());
  if (!answer.is_object()) return contents;
  for (const char* key : {"runscript", "definition", "unknown"}) contents[key] = text_in(answer, key);
  const json labels = member(answer, "labels", json::object());
  for (const auto& [label, value] : labels.items()) {
    if (value.is_string()) contents["labels"][printable(label)] = printable_text(value.get<std::string>());
  }
  for (const json& app : member(answer, "apps", json::array())) {
    if (app.is_string()) contents["apps"].push_back(printable(app.get<std::string>()));
  }
  for (const json& script : member(answer, "environment", json::array())) {
    if (!script.is_object()) continue;
    const json name = text_in(script, "script"), text = text_in(script, "text");
    if (!name.is_string() || !text.is_string()) continue;
    contents["environment"].push_back({{"script", printable(name.get<std::string>())}, {"text", text}});
  }
  return contents;
}

}  // namespace

json describe_contents(int image, const std::string& name, const struct stat& status) {
  json contents = checked(answer_of_reader(status, [&] { return contents_in(*files_of(image, name, status)); }));
  if (!S_ISREG(status.st_mode) || !sif::is_sif(image, name)) return contents;
  // By another process: a file system can end its reader. What that has is what Apptainer shows, and stays.
  const json objects = checked(answer_of_reader(status, [&] { return checked(contents_of_objects(image, name)); }));
  if (contents["definition"].is_null()) contents["definition"] = objects["definition"];
  for (const auto& [label, value] : objects["labels"].items()) {
    if (!contents["labels"].contains(label)) contents["labels"][label] = value;
  }
  return contents;
}

json contents_in(const ImageFiles& files) {
  Texts texts;
  json contents = {{"runscript", texts.in_file(files, "/.singularity.d/runscript")},
                   {"definition", texts.in_file(files, "/.singularity.d/Singularity")},
                   {"labels", json::object()},
                   {"environment", json::array()},
                   {"apps", json::array()}};
  const json labels = texts.in_file(files, "/.singularity.d/labels.json");
  if (labels.is_string()) add_labels(contents["labels"], labels.get_ref<const std::string&>());
  for (const std::string& script : files.names_in(kScripts)) {
    if (!script.ends_with(".sh") || contents["environment"].size() == kMostScripts) continue;
    const json text = texts.in_file(files, std::string(kScripts) + "/" + script);
    if (text.is_string()) contents["environment"].push_back({{"script", script}, {"text", text}});
  }
  for (const std::string& app : files.names_in("/scif/apps")) {
    if (contents["apps"].size() < kMostApps) contents["apps"].push_back(app);
  }
  return checked(contents);
}

std::string printable_text(const std::string& untrusted) {
  constexpr std::string_view kKept("\n\t\0", 3);  // printable would end at a NUL
  std::string text;
  for (size_t begin = 0;;) {
    const size_t end = std::min(untrusted.find_first_of(kKept, begin), untrusted.size());
    const std::string part = untrusted.substr(begin, end - begin);
    text += printable(part, 4 * part.size() + 1);
    if (end == untrusted.size()) return text;
    if (untrusted[end] == '\0') text += "\\x00";
    else text += untrusted[end];
    begin = end + 1;
  }
}

}  // namespace slipway
