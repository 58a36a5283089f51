// SPDX-License-Identifier: BSD-3-Clause
#include "lib/topology/assignment.h"

#include <random>

#include "tests/unit/optimum.h"

#include <CppUTest/TestHarness.h>

using namespace slipway::topology;

TEST_GROUP(Assignment) {
  std::mt19937 random{20};

  std::vector<int> costs(int things, int takers, int most) {
    std::vector<int> cost(things * takers);
    for (int& one : cost) one = std::uniform_int_distribution<int>(0, most)(random);
    return cost;
  }
  static std::vector<int> share(const std::vector<int>& cost, int things, int takers) {
    std::vector<int> taker_of(things);
    share_evenly(cost.data(), things, takers, taker_of.data());
    return taker_of;
  }
  static std::string text(const std::vector<int>& numbers) {
    std::string text;
    for (const int number : numbers) text += std::to_string(number) + " ";
    return text;
  }
};

TEST(Assignment, TheFirstOfTheCheapestAsAllWaysShow) {
  for (const int most : {0, 1, 3, 1000}) {  // few costs: many ways are the cheapest
    for (int things = 1; things <= 7; ++things) {
      for (int takers = 1; takers <= (things == 7 ? 4 : 6); ++takers) {
        for (int round = 0; round < 4; ++round) {
          const std::vector<int> cost = costs(things, takers, most);
          STRCMP_EQUAL(text(Optimum{cost, things, takers}.by_trying_all()).c_str(),
                       text(share(cost, things, takers)).c_str());
        }
      }
    }
  }
}

TEST(Assignment, ManyThingsHaveNoCheaperExchange) {
  const int sizes[][2] = {{16, 16}, {48, 16}, {50, 16}, {64, 64}, {128, 8}, {130, 7}, {kMostThings, 16}};
  for (const auto& [things, takers] : sizes) {
    for (const int most : {0, 2, 100000}) {
      const std::vector<int> cost = costs(things, takers, most);
      const std::vector<int> taker_of = share(cost, things, takers);
      const Optimum optimum{cost, things, takers};
      CHECK_TRUE(optimum.is_even(taker_of));
      CHECK_TRUE(optimum.is_cheapest(taker_of));
    }
  }
}

TEST(Assignment, TheCheckForExchangesFindsWhatCanBeCheaper) {
  const std::vector<int> cost = {0, 5, 5, 0, 5, 0};  // two takers, three things
  const Optimum optimum{cost, 3, 2};
  CHECK_TRUE(optimum.is_cheapest({0, 1, 1}));
  CHECK_FALSE(optimum.is_cheapest({0, 0, 1}));
  CHECK_FALSE(optimum.is_cheapest({1, 0, 1}));
}

TEST(Assignment, WhereAllCostTheSameLowerNumbersComeFirst) {
  STRCMP_EQUAL("0 1 2 3 4 ", text(share(std::vector<int>(25, 9), 5, 5)).c_str());
  STRCMP_EQUAL("0 0 0 1 1 2 2 ", text(share(std::vector<int>(21, 9), 7, 3)).c_str());
  STRCMP_EQUAL("0 1 ", text(share(std::vector<int>(6, 9), 2, 3)).c_str());
}
