#include "helper/place.h"

#include <cerrno>
#include <climits>

#include "helper/channel.h"
#include "helper/error.h"

namespace slipway {

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

}  // namespace slipway
