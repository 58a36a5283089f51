// SPDX-License-Identifier: BSD-3-Clause

// Sending the one message that every rank of a step on this node waits for (lib/protocol/wire.h): once, by stage, or by
// the plugin when a step fails before there is a stage. It goes into one end of a SOCK_SEQPACKET pair that slurmstepd
// made; every rank reads it from the other end with MSG_PEEK, which gives each reader descriptors of its own (unix(7)).
// End of file instead of a message means that stage died.
#pragma once

#include <string>
#include <vector>

#include "lib/base/fd.h"
#include "lib/protocol/wire.h"

namespace slipway {

// `descriptors` are in the order of lib/protocol/wire.h. What the worker sends the watcher still lacks those of a pid
// namespace, which the watcher adds (helper/user/init_process.h).
struct Container {
  unsigned unshared = 0;
  bool has_gpus = false;
  std::vector<Fd> descriptors;
};

struct Failure {
  std::string sentence;  // printed by the node's first rank, behind "slipway: <node>: "
  int exit_code = kExitRefused;  // of every rank
};

// `sentence`, where it is not empty, is printed by the node's first rank, behind "slipway: <node>: ".
// Never block: the message is one datagram into an empty queue. False: nobody listens any more (errno is set).
bool send_container(int socket, const Container& container, const std::string& sentence = "");
bool send_failure(int socket, const Failure& failure);

// As far as it fits.
void set_sentence(Wire& wire, const std::string& sentence);

}  // namespace slipway
