// SPDX-License-Identifier: BSD-3-Clause
#include "lib/gpu/meeting.h"

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace slipway::gpu {

namespace {

// As in linux/futex.h, which not every C library brings along.
constexpr int kWait = 0, kWake = 1;

enum : uint32_t { kOpen, kDeciding, kDecided };

uint32_t load(const uint32_t& word) { return __atomic_load_n(&word, __ATOMIC_ACQUIRE); }

bool become_the_one_who_decides(Meeting& meeting) {
  uint32_t open = kOpen;
  return __atomic_compare_exchange_n(&meeting.state, &open, kDeciding, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

// Until the state is no longer `state`, or `seconds` have passed.
void wait_while(const Meeting& meeting, uint32_t state, int seconds) {
  timespec now, end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += seconds;
  while (load(meeting.state) == state) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    timespec left{end.tv_sec - now.tv_sec, end.tv_nsec - now.tv_nsec};
    if (left.tv_nsec < 0) left = {left.tv_sec - 1, left.tv_nsec + 1000000000};
    if (left.tv_sec < 0) return;
    syscall(SYS_futex, &meeting.state, kWait, state, &left, nullptr, 0);
  }
}

void decide_for_all(Meeting& meeting, void (*decide)(Meeting&, void*), void* context) {
  for (const Meeting::Seat& seat : meeting.seat) {
    if (load(seat.is_taken)) meeting.shown |= seat.granted;
  }
  decide(meeting, context);
  __atomic_store_n(&meeting.state, kDecided, __ATOMIC_RELEASE);
  syscall(SYS_futex, &meeting.state, kWake, topology::kMostRanks, nullptr, nullptr, 0);
}

}  // namespace

bool meet(Meeting& meeting, const Sitting& sitting, void (*decide)(Meeting&, void*), void* context,
          Agreement* agreement) {
  if (sitting.ranks > topology::kMostRanks || sitting.rank < 0 || sitting.rank >= sitting.ranks) return false;
  Meeting::Seat& seat = meeting.seat[sitting.rank];
  seat.granted = sitting.granted;
  seat.cpus = sitting.cpus;
  __atomic_store_n(&seat.is_taken, 1, __ATOMIC_RELEASE);
  const auto seated = static_cast<int>(__atomic_add_fetch(&meeting.seated, 1, __ATOMIC_ACQ_REL));
  if (seated < sitting.ranks) wait_while(meeting, kOpen, sitting.patience);
  if (become_the_one_who_decides(meeting)) decide_for_all(meeting, decide, context);
  wait_while(meeting, kDeciding, sitting.patience);
  if (load(meeting.state) != kDecided) return false;
  agreement->shown = meeting.shown;
  agreement->seen = meeting.seen[sitting.rank];
  return agreement->seen.count >= 0 && agreement->seen.count <= topology::kMostGpus;
}

}  // namespace slipway::gpu
