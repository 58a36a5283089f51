// SPDX-License-Identifier: BSD-3-Clause
#include "lib/process/place.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "lib/base/error.h"
#include "lib/kernel/channel.h"

namespace slipway {

namespace {

// proc(5); the path is the rank's own, whatever mount namespace this process is in. Nothing: it has ended.
std::optional<Place> place_of(const Rank& rank) {
  const std::string directory = "/proc/" + std::to_string(rank.pid);
  char path[PATH_MAX];
  const ssize_t size = readlink((directory + "/cwd").c_str(), path, sizeof path);
  Place place{size > 0 ? std::string(path, size) : "", Fd(), rank};
  if (size > 0) place.mount_namespace.reset(open((directory + "/ns/mnt").c_str(), O_RDONLY | O_CLOEXEC));
  if (!place.mount_namespace && errno != ENOENT && errno != ESRCH) {
    throw system_error(directory, "readlink(cwd) or open(ns/mnt)", "ask the admin what keeps root from reading there");
  }
  // What was read is the rank's only if it is there still.
  if (!place.mount_namespace || !is_alive(rank)) return std::nullopt;
  return place;
}

}  // namespace

void send_place(int socket, const Place& place) {
  const int descriptor = place.mount_namespace.get();
  if (!send_datagram(socket, std::as_bytes(std::span(place.cwd)), std::span(&descriptor, 1)) && errno != EPIPE) {
    throw system_error("container", "sendmsg", "ask the admin to look at this node's memory and logs");
  }
}

std::optional<Place> receive_place(int socket) {
  Place place{std::string(PATH_MAX, '\0'), Fd()};
  Datagram datagram = receive_datagram(socket, std::as_writable_bytes(std::span(place.cwd)));
  if (datagram.size == 0 || datagram.descriptors.size() != 1) return std::nullopt;
  place.cwd.resize(datagram.size);
  place.mount_namespace = std::move(datagram.descriptors[0]);
  return place;
}

std::optional<Place> place_of_a_rank(const Hellos& hellos) {
  while (const std::optional<Rank> rank = await_rank(hellos)) {
    if (auto place = place_of(*rank)) return place;
  }
  return std::nullopt;
}

std::optional<Place> await_place(int socket, const Hellos& hellos) {
  pollfd waits[] = {{socket, POLLIN, 0}, {hellos.hello, POLLIN, 0}, {hellos.ranks, 0, 0}};
  while (poll(waits, 3, -1) < 0 && errno == EINTR) continue;
  if (waits[0].revents) {
    if (auto place = receive_place(socket)) return place;
  }
  return place_of_a_rank(hellos);
}

}  // namespace slipway
