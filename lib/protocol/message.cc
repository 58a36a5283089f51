// SPDX-License-Identifier: BSD-3-Clause
#include "lib/protocol/message.h"

#include <algorithm>
#include <cstring>

#include "lib/kernel/channel.h"

namespace slipway {

static_assert(kMostWireDescriptors <= kMaxDescriptors);

namespace {

Wire wire_of(int exit_code, const std::string& sentence) {
  Wire wire{};
  strncpy(wire.release, PACKAGE_VERSION, sizeof wire.release - 1);
  wire.exit_code = exit_code;
  set_sentence(wire, sentence);
  return wire;
}

}  // namespace

bool send_container(int socket, const Container& container, const std::string& sentence) {
  Wire wire = wire_of(0, sentence);
  wire.unshared = container.unshared;
  wire.has_gpus = container.has_gpus;
  return send_datagram(socket, bytes_of(wire), numbers_of(container.descriptors));
}

bool send_failure(int socket, const Failure& failure) {
  return send_datagram(socket, bytes_of(wire_of(std::max(failure.exit_code, 1), failure.sentence)));
}

void set_sentence(Wire& wire, const std::string& sentence) {
  wire.sentence[sentence.copy(wire.sentence, sizeof wire.sentence - 1)] = '\0';
}

}  // namespace slipway
