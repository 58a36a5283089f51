// SPDX-License-Identifier: BSD-3-Clause
#include "plugin/spool.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace slipway {

namespace {

// slurmstepd opens it before all that depends on the step; what it inherits lies below, too.
constexpr int kHighestDescriptor = 64;

std::string path_of_socket(int descriptor) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "";
  if (address.sun_family != AF_UNIX || size <= offsetof(sockaddr_un, sun_path)) return "";
  return std::string(address.sun_path, strnlen(address.sun_path, size - offsetof(sockaddr_un, sun_path)));
}

}  // namespace

std::string step_socket(uint32_t job, uint32_t step) {
  const std::string name = "_" + std::to_string(job) + "." + std::to_string(step);
  for (int descriptor = 3; descriptor < kHighestDescriptor; ++descriptor) {
    const std::string path = path_of_socket(descriptor);
    const size_t at = path.starts_with('/') ? path.find(name, path.find_last_of('/')) : path.npos;
    if (at == path.npos) continue;
    const std::string_view rest = std::string_view(path).substr(at + name.size());
    if (rest.empty() || rest.starts_with('.')) return path;
  }
  return "";
}

std::string spool_directory(uint32_t job, uint32_t step) {
  const std::string socket = step_socket(job, step);
  return socket.empty() ? "" : socket.substr(0, socket.find_last_of('/'));
}

}  // namespace slipway
