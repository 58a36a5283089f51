// SPDX-License-Identifier: BSD-3-Clause

// What share_evenly must find, found in other ways.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

struct Optimum {
  const std::vector<int>& cost;  // as share_evenly takes it
  int things, takers;

  int at(int thing, int taker) const { return cost[thing * takers + taker]; }

  int64_t sum(const std::vector<int>& taker_of) const {
    int64_t all = 0;
    for (int thing = 0; thing < things; ++thing) all += at(thing, taker_of[thing]);
    return all;
  }

  bool is_even(const std::vector<int>& taker_of) const {
    const std::vector<int> count = count_of(taker_of);
    const auto [least, most] = std::minmax_element(count.begin(), count.end());
    return *most - *least <= 1;
  }

  // All ways, in the order in which words are sorted; the first of the cheapest.
  std::vector<int> by_trying_all() const {
    std::vector<int> way(things, 0), best;
    for (;;) {
      if (is_even(way) && (best.empty() || sum(way) < sum(best))) best = way;
      int last = things - 1;
      while (last >= 0 && way[last] == takers - 1) way[last--] = 0;
      if (last < 0) return best;
      ++way[last];
    }
  }

  // A way is one of the cheapest if and only if no exchange is cheaper: things that pass from taker to taker in a
  // circle, or in a line from one that has one more than others to one that has not. Looked for as a circle of negative
  // length (Floyd and Warshall).
  bool is_cheapest(const std::vector<int>& taker_of) const {
    const int pool = takers, places = takers + 1;
    constexpr int64_t kNever = INT64_MAX / 4;
    std::vector<int64_t> length(places * places, kNever);
    for (int thing = 0; thing < things; ++thing) {
      const int from = taker_of[thing];
      for (int to = 0; to < takers; ++to) {
        int64_t& known = length[from * places + to];
        known = std::min<int64_t>(known, at(thing, to) - at(thing, from));
      }
    }
    const std::vector<int> count = count_of(taker_of);
    const int fewest = things / takers;
    for (int taker = 0; taker < takers && things % takers > 0; ++taker) {
      if (count[taker] == fewest) length[taker * places + pool] = 0;
      else length[pool * places + taker] = 0;
    }
    for (int over = 0; over < places; ++over) {
      for (int from = 0; from < places; ++from) {
        for (int to = 0; to < places; ++to) {
          const int64_t first = length[from * places + over], second = length[over * places + to];
          if (first == kNever || second == kNever) continue;
          length[from * places + to] = std::min(length[from * places + to], first + second);
        }
      }
    }
    for (int place = 0; place < places; ++place) {
      if (length[place * places + place] < 0) return false;
    }
    return true;
  }

 private:
  std::vector<int> count_of(const std::vector<int>& taker_of) const {
    std::vector<int> count(takers, 0);
    for (const int taker : taker_of) ++count[taker];
    return count;
  }
};
