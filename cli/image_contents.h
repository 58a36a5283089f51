// SPDX-License-Identifier: BSD-3-Clause

// What an image says of itself: what it runs, its labels, its environment, its apps, and what it was built from.
#pragma once

#include <sys/stat.h>

#include <string>

#include <nlohmann/json.hpp>

#include "lib/image/image_files.h"

namespace slipway {

// For an image that is open. Texts of several lines are as printable_text gives them; null, or an empty array: the
// image has none.
//   "runscript", "definition": a text
//   "labels": an object of texts
//   "environment": an array of {"script": its name, "text"}
//   "apps": an array of names
//   "unknown": why the image's files were not looked at; null where they were
// A process without rights reads the image.
nlohmann::json describe_contents(int image, const std::string& name, const struct stat& status);

// The same of files, for such a process.
nlohmann::json contents_in(const ImageFiles& files);

// printable, but for line feeds and tabulators.
std::string printable_text(const std::string& untrusted);

}  // namespace slipway
