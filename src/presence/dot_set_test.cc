#include "presence/dot_set.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

namespace roost::presence {
namespace {

DotSet dots(std::initializer_list<Counter> counters) {
  DotSet set;
  for (const Counter dot : counters) set.insert(dot);
  return set;
}

TEST(DotSet, TheContextEndsAtTheFirstHole) {
  EXPECT_EQ(DotSet{}.contiguous(), 0u);
  EXPECT_EQ(dots({2, 3}).contiguous(), 0u);
  EXPECT_EQ(dots({1, 2, 4}).contiguous(), 2u);
}

TEST(DotSet, AFilledHoleMovesTheCloudIntoTheContext) {
  auto set = dots({1, 3, 4, 6});
  EXPECT_EQ(set.runs().size(), 3u);
  set.insert(2);
  EXPECT_EQ(set.contiguous(), 4u);
  set.insert(5);
  EXPECT_EQ(set.contiguous(), 6u);
  EXPECT_EQ(set.runs().size(), 1u);
}

TEST(DotSet, ARunMaySwallowManyOthers) {
  auto set = dots({2, 5, 9, 20});
  set.insert(3, 12);
  EXPECT_EQ(set.runs(), (DotSet::Runs{{2, 12}, {20, 20}}));
  EXPECT_EQ(set.size(), 12u);
}

TEST(DotSet, EqualsAPlainSetUnderRandomRuns) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    DotSet set;
    std::set<Counter> model;
    for (int i = 0; i < 40; ++i) {
      const Counter first = 1 + random() % 60;
      const Counter last = first + random() % 7;
      set.insert(first, last);
      for (Counter dot = first; dot <= last; ++dot) model.insert(dot);
      ASSERT_EQ(set.size(), model.size()) << "seed " << seed;
      for (Counter dot = 1; dot <= 70; ++dot) ASSERT_EQ(set.contains(dot), model.contains(dot)) << "seed " << seed;
    }
    for (auto run = set.runs().begin(); std::next(run) != set.runs().end(); ++run)
      ASSERT_GT(std::next(run)->first, run->second + 1) << "runs that touch are one";
  }
}

TEST(DotSet, HoldsTheGreatestCounter) {
  DotSet set;
  set.insert(1, kCounterMax);
  set.insert(kCounterMax);
  EXPECT_EQ(set.contiguous(), kCounterMax);
  EXPECT_EQ(set.size(), kCounterMax);
}

}  // namespace
}  // namespace roost::presence
