// The ranks of a step, as stage meets them: over the socket on which they wait for their container.
#pragma once

#include <sys/types.h>

#include <optional>

namespace slipway {

struct Rank {
  pid_t pid = -1;
  pid_t slurmstepd = -1;  // its parent, by the plugin's word
};

// How long what the ranks wait for may take: the site's limit, and not longer than one of them waits.
struct Patience {
  unsigned seconds;
  int ranks;  // the socket
};

// Blocks until `socket` has a datagram or end of file. Throws Error: the limit passed, or the ranks are gone.
void await_answer(int socket, const Patience& patience);

// To be called before any rank is there, and so by who starts stage: the kernel tells the sender only of a datagram
// that was sent after this. Throws Error.
void expect_ranks(int socket);

// Blocks until enter runs in one of them (enter/arrival.h): Slurm has then put it into its cgroups and limits. Nothing:
// the step ended before.
std::optional<Rank> await_rank(int socket, pid_t slurmstepd);

// It is still there. Another process may have its number by now, and that one is not slurmstepd's child.
bool is_alive(const Rank& rank);

}  // namespace slipway
