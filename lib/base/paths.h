// SPDX-License-Identifier: BSD-3-Clause

// Paths as text: nothing here looks at a file system.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// Whole components: /images is not above /images-of-users. Both are absolute and without a slash at the end.
bool is_at_or_below(std::string_view path, std::string_view directory);

// Without ".", "..", double slashes and a slash at the end.
std::string normal_path(std::string_view absolute);

// Whether the absolute `path` is a place at which the host's directory is not shown by itself, as working directory or
// by mounts=auto: there it would hide the system that the user asked for. So is none at all.
bool belongs_to_image(const std::string& path);

// Where an absolute path leads on this machine; where it leads nowhere, its normal_path.
std::string resolved_path(const std::string& absolute);

}  // namespace slipway
