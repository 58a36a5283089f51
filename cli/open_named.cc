// SPDX-License-Identifier: BSD-3-Clause
#include "cli/open_named.h"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>

#include "lib/base/close_miss.h"
#include "lib/base/error.h"

namespace slipway {

namespace {

// As it would have been typed.
std::string closest_to(const std::string& path) {
  std::error_code failure;
  const std::string here = std::filesystem::current_path(failure).string() + "/";
  if (path.starts_with('/') || failure) return closest_path(path);
  const std::string closest = closest_path(here + path);
  return closest.starts_with(here) ? closest.substr(here.size()) : closest;
}

}  // namespace

Fd open_named(const std::string& path, struct stat& status, const std::string& remedy) {
  Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file && fstat(file.get(), &status) == 0) return file;
  const int error = errno;
  const std::string closest = error == ENOENT || error == ENOTDIR ? closest_to(path) : "";
  errno = error;
  throw system_error(printable(path), "open", closest.empty() ? remedy : "did you mean " + printable(closest) + "?");
}

}  // namespace slipway
