// SPDX-License-Identifier: BSD-3-Clause

// The children of stage: forked, never executed, each with one socket to its parent, over which an Error travels back
// as it was thrown.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/fd.h"
#include "lib/kernel/channel.h"
#include "lib/process/rank.h"

namespace slipway {

// A parent's word to its child: go on.
struct Go {
  char on = 1;
};

class Child {
 public:
  // Runs `body` in a child that holds no descriptor but 0, 1, 2 and its socket, and ends it when body returns. What
  // body throws is thrown by the parent's next receive. Throws Error when there can be no child.
  explicit Child(const std::function<void(int socket)>& body);
  // Kills the child if it still runs, and reaps it, unless it cannot die now.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  // Blocks for the child's next datagram, which must fill `buffer` and bring `descriptors` descriptors. Throws the
  // child's Error, or one that says that it died.
  std::vector<Fd> receive(std::span<std::byte> buffer, size_t descriptors);

  // The same, but not for longer than ranks may wait (await_answer).
  std::vector<Fd> receive(std::span<std::byte> buffer, size_t descriptors, const Patience& patience);

  // Sends the child a datagram. Throws Error.
  void send(std::span<const std::byte> bytes, std::span<const int> descriptors = {});

  // Blocks until the child has executed a program, with its socket closed on exec. Throws the child's Error.
  void wait_for_exec();

  // Blocks until the child has ended. Returns its exit status in the way of shells.
  int wait();

  // True as soon as receive would not block, false when that is not so after `milliseconds`.
  bool answers_within(int milliseconds);

  // Tells the child to go on. Throws Error.
  void signal_go();

 private:
  pid_t pid_ = -1;
  Fd socket_;
};

// Has this process killed when `parent` dies. A change of credentials undoes it (prctl(2)). Throws Error when the
// parent is dead already.
void die_with_parent(pid_t parent);

// For the child's side: the parent's word to go on, perhaps with more in it, and an answer. End of file means that the
// parent is gone: they throw Error then.
void wait_for_go(int socket);
void receive_order(int socket, std::span<std::byte> order);
void answer(int socket, std::span<const std::byte> bytes, std::span<const int> descriptors = {});

}  // namespace slipway
