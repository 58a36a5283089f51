// SPDX-License-Identifier: BSD-3-Clause

// What an image says of itself (cli/image_contents.h), as slipway inspect prints it.
#pragma once

#include <span>
#include <string>

#include <nlohmann/json.hpp>

namespace slipway {

struct ContentsPart {
  const char* option;  // that asks for it: Apptainer's
  const char* key;     // in the contents
  const char* what;
};
std::span<const ContentsPart> contents_parts();

// What there is, in one line.
std::string summary_of(const nlohmann::json& contents);

// Empty: there is none.
std::string text_of(const nlohmann::json& contents, const ContentsPart& part);

// With a heading, and indented so that no line of the image's is taken for one of ours.
std::string section_of(const nlohmann::json& contents, const ContentsPart& part);

}  // namespace slipway
