// SPDX-License-Identifier: BSD-3-Clause

// A process of its own for what reads an image: without rights and with little time, since the image may be hostile.
#pragma once

#include <sys/stat.h>

#include <functional>
#include <memory>
#include <string>

#include <nlohmann/json.hpp>

#include "lib/image/image_files.h"

namespace slipway {

// What `read` returns there for an image of this `status`; a string, which says why, where it returns nothing. This is
// as hostile as the image, should that have taken its reader over.
nlohmann::json answer_of_reader(const struct stat& status, const std::function<nlohmann::json()>& read);

// For such a process: the root file system of an image that is open. Throws Error.
std::unique_ptr<ImageFiles> files_of(int image, const std::string& name, const struct stat& status);

}  // namespace slipway
