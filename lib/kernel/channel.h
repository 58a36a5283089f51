// SPDX-License-Identifier: BSD-3-Clause

// Datagrams with descriptors over a socket pair: how the processes of a launch talk (unix(7), SCM_RIGHTS).
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "lib/base/fd.h"

namespace slipway {

// The most descriptors that travel with one datagram.
inline constexpr size_t kMaxDescriptors = 10;

// As the functions below take them; they stay their owners'.
std::vector<int> numbers_of(std::span<const Fd> descriptors);

struct SocketPair {
  Fd ours, theirs;
};

// SOCK_SEQPACKET, close-on-exec: whole datagrams, and end of file when the other side is gone. Throws Error.
SocketPair socket_pair();

// Never blocks and never raises SIGPIPE. False with errno set when the datagram could not be queued.
bool send_datagram(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors = {});

enum class Receive { kTake, kPeek };  // kPeek leaves the datagram for other readers, and duplicates its descriptors

struct Datagram {
  size_t size = 0;               // bytes written to the caller's buffer; 0: end of file or error
  std::vector<Fd> descriptors;  // close-on-exec, in the order they were sent
};

// Blocks until there is a datagram or end of file. Bytes that do not fit are cut.
Datagram receive_datagram(int socket, std::span<std::byte> buffer, Receive how = Receive::kTake);

template <typename T>
std::span<const std::byte> bytes_of(const T& object) {
  return std::as_bytes(std::span<const T, 1>(&object, 1));
}

template <typename T>
std::span<std::byte> writable_bytes_of(T& object) {
  return std::as_writable_bytes(std::span<T, 1>(&object, 1));
}

}  // namespace slipway
