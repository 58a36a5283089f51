// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/assignment.h"

#include <stdint.h>
#include <string.h>

namespace slipway::topology {

namespace {

constexpr int kMostSeats = kMostThings + kMostTakers;
constexpr int64_t kForbidden = int64_t{1} << 40;  // more than all things together can cost

// Takers have seats, as many as the most things that one can get, and each thing sits on one. Where things leave seats
// empty, that is the last seat of a taker: blanks sit there, which are numbered behind the things.
class Seating {
 public:
  Seating(const int* cost, int things, int takers)
      : cost_(cost), things_(things), takers_(takers), seats_of_each_((things + takers - 1) / takers),
        seats_(takers * seats_of_each_) {}

  void seat_all() {
    for (int seat = 0; seat < seats_; ++seat) guest_[seat] = kNobody;
    for (int guest = 0; guest < seats_; ++guest) seat_one(guest);
    for (int seat = 0; seat < seats_; ++seat) seat_of_[guest_[seat]] = seat;
  }

  // Also within a taker: who has chosen must not sit where a blank may be needed.
  void prefer_lower_seats() {
    for (first_free_ = 0; first_free_ < things_; ++first_free_) {
      const int guest = first_free_;
      for (int seat = 0; seat < seat_of_[guest]; ++seat) {
        if (guest_[seat] < guest || !is_tight(guest, seat)) continue;
        memset(seen_, 0, sizeof seen_);
        seen_[seat] = true;
        if (!moves(guest_[seat], seat_of_[guest])) continue;
        sit(guest, seat);
        break;
      }
    }
  }

  int taker_of(int thing) const { return seat_of_[thing] / seats_of_each_; }

 private:
  static constexpr int kNobody = -1;

  int64_t cost(int guest, int seat) const {
    if (guest < things_) return cost_[guest * takers_ + seat / seats_of_each_];
    return seat % seats_of_each_ == seats_of_each_ - 1 ? 0 : kForbidden;
  }
  int64_t reduced(int guest, int seat) const { return cost(guest, seat) - of_guest_[guest] - of_seat_[seat]; }
  // The ways of the least cost are those that use such pairs only.
  bool is_tight(int guest, int seat) const { return reduced(guest, seat) == 0; }

  void sit(int guest, int seat) {
    guest_[seat] = guest;
    seat_of_[guest] = seat;
  }

  // One step of the Hungarian method: the shortest path, by reduced costs, from this guest to a free seat; along it,
  // guests move on.
  void seat_one(int guest) {
    int64_t least[kMostSeats];  // of what is known of the way to a seat
    int before[kMostSeats];     // the seat that this way comes from
    bool is_done[kMostSeats] = {};
    for (int seat = 0; seat < seats_; ++seat) least[seat] = INT64_MAX;
    int at = kNobody;  // the seat whose guest moves on
    for (int mover = guest;;) {
      int64_t step = INT64_MAX;
      int next = kNobody;
      for (int seat = 0; seat < seats_; ++seat) {
        if (is_done[seat]) continue;
        const int64_t length = reduced(mover, seat);
        if (length < least[seat]) {
          least[seat] = length;
          before[seat] = at;
        }
        // Of equals a free seat: the way ends there.
        if (least[seat] < step || (least[seat] == step && guest_[seat] == kNobody && guest_[next] != kNobody)) {
          step = least[seat];
          next = seat;
        }
      }
      of_guest_[guest] += step;
      for (int seat = 0; seat < seats_; ++seat) {
        if (is_done[seat]) {
          of_guest_[guest_[seat]] += step;
          of_seat_[seat] -= step;
        } else {
          least[seat] -= step;
        }
      }
      at = next;
      is_done[at] = true;
      if (guest_[at] == kNobody) break;
      mover = guest_[at];
    }
    for (; before[at] != kNobody; at = before[at]) guest_[at] = guest_[before[at]];
    guest_[at] = guest;
  }

  // Whether this guest, and others behind the one that chooses, can move along tight pairs so that `wanted` gets taken.
  bool moves(int guest, int wanted) {
    if (is_tight(guest, wanted)) {
      sit(guest, wanted);
      return true;
    }
    for (int seat = 0; seat < seats_; ++seat) {
      if (seen_[seat] || guest_[seat] <= first_free_ || !is_tight(guest, seat)) continue;
      seen_[seat] = true;
      if (!moves(guest_[seat], wanted)) continue;
      sit(guest, seat);
      return true;
    }
    return false;
  }

  const int* const cost_;
  const int things_, takers_, seats_of_each_, seats_;
  int guest_[kMostSeats];    // by seat
  int seat_of_[kMostSeats];  // by guest
  int64_t of_guest_[kMostSeats] = {}, of_seat_[kMostSeats] = {};  // the potentials
  int first_free_ = 0;  // guests before it have chosen
  bool seen_[kMostSeats];
};

}  // namespace

void share_evenly(const int* cost, int things, int takers, int* taker_of_thing) {
  Seating seating(cost, things, takers);
  seating.seat_all();
  seating.prefer_lower_seats();
  for (int thing = 0; thing < things; ++thing) taker_of_thing[thing] = seating.taker_of(thing);
}

}  // namespace slipway::topology
