// Waiting for the node's container.
#pragma once

namespace slipway {

// Descriptors of this rank's own, close-on-exec.
struct Arrival {
  int user_namespace = -1;
  int mount_namespace = -1;
  int plan = -1;
};

// Tells stage that this rank is there (helper/rank.h), and waits at most `timeout_ms` for the message that stage writes
// once for all ranks, and leaves it there for the others (MSG_PEEK). Anything but a container ends this rank: stage's
// own sentence, its death, silence, another release.
Arrival await_container(int socket, int timeout_ms);

}  // namespace slipway
