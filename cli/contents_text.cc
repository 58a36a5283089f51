// SPDX-License-Identifier: BSD-3-Clause
#include "cli/contents_text.h"

#include <algorithm>

#include "lib/base/error.h"

namespace slipway {

namespace {

using nlohmann::json;

constexpr ContentsPart kParts[] = {{"--runscript", "runscript", "runscript"},
                                   {"--labels", "labels", "labels"},
                                   {"--environment", "environment", "environment scripts"},
                                   {"--list-apps", "apps", "apps"},
                                   {"--deffile", "definition", "definition file"}};

std::string in_lines(const std::string& text) { return text.empty() || text.ends_with('\n') ? text : text + "\n"; }

std::string indented(const std::string& text) {
  std::string lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    lines += "  " + text.substr(begin, end - begin);
    begin = end;
  }
  return in_lines(lines);
}

std::string count_of(const json& several, const std::string& what) {
  const std::string words = several.size() == 1 ? what.substr(0, what.size() - 1) : what;
  return std::to_string(several.size()) + " " + words;
}

}  // namespace

std::span<const ContentsPart> contents_parts() { return kParts; }

std::string summary_of(const json& contents) {
  std::string there;
  for (const ContentsPart& part : kParts) {
    const json& value = contents[part.key];
    if (value.is_null() || (!value.is_string() && value.empty())) continue;
    there += (there.empty() ? "" : ", ") + (value.is_string() ? std::string(part.what) : count_of(value, part.what));
  }
  if (!there.empty()) there += " (--all prints them)";
  const json& unknown = contents["unknown"];
  if (unknown.is_string()) there += (there.empty() ? "" : "; ") + ("not looked at: " + unknown.get<std::string>());
  return there.empty() ? "no runscript, labels, environment scripts, apps or definition file" : there;
}

std::string text_of(const json& contents, const ContentsPart& part) {
  const json& value = contents[part.key];
  if (value.is_string()) return in_lines(value.get<std::string>());
  std::string text;
  for (const auto& [key, entry] : value.items()) {
    if (value.is_object()) text += key + ": " + printable(entry.get<std::string>()) + "\n";
    else if (entry.is_string()) text += entry.get<std::string>() + "\n";
    else text += entry["script"].get<std::string>() + ":\n" + indented(entry["text"].get<std::string>());
  }
  return text;
}

std::string section_of(const json& contents, const ContentsPart& part) {
  const std::string text = text_of(contents, part);
  return std::string(part.what) + (text.empty() ? ": none\n" : ":\n" + indented(text));
}

}  // namespace slipway
