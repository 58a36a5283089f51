// SPDX-License-Identifier: BSD-3-Clause

// The ranks of a step, as stage meets them while they wait for their container. They say that they are there on an
// eventfd, which carries nothing but a number: whatever a user passes to one of root's processes, a descriptor above
// all, it would have to close. Who they are the kernel says.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/fd.h"

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

// To be called before any rank is there, and so by who starts stage: the ranks, and whoever takes their end of the
// pair, cannot send to `socket`. Throws Error.
void take_nothing_from_ranks(int socket);

// The program that ranks execute while they wait.
struct Program {
  uint64_t device, inode;
};

// Where stage hears of them.
struct Hellos {
  int hello;         // the eventfd
  int ranks;         // the socket, whose hang-up says that there are none any more
  pid_t slurmstepd;  // whose children they are
  Program enter;
};

// Blocks until enter runs in one of them: Slurm has then put it into its cgroups and limits. Nothing: the step ended
// before.
std::optional<Rank> await_rank(const Hellos& hellos);

// A process' directory in procfs, which is empty once that process is gone, also when another has its number.
Fd directory_of(pid_t process);

// The processes that it forked. Nothing: it is gone.
std::optional<std::vector<pid_t>> children_of(const Fd& directory);

// It is still there. Another process may have its number by now, and that one is not slurmstepd's child.
bool is_alive(const Rank& rank);

}  // namespace slipway
