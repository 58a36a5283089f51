// SPDX-License-Identifier: BSD-3-Clause

// The assignment problem: things are shared out among takers, evenly and at the least total cost. Exact, by the
// Hungarian method.
#pragma once

namespace slipway::topology {

inline constexpr int kMostThings = 512;
inline constexpr int kMostTakers = 64;

// Each thing gets one taker. A taker gets as many things as any other, or one more where the numbers demand it; of all
// ways to do that, it is one whose costs have the smallest sum. Of several such ways it is the first, as words are
// sorted: thing 0 gets the lowest taker that it has in any of them, then thing 1, and so on.
// cost[thing * takers + taker] must be from 0 to 2^30.
void share_evenly(const int* cost, int things, int takers, int* taker_of_thing);

}  // namespace slipway::topology
