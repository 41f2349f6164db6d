#include "presence/clock.h"

#include <gtest/gtest.h>

namespace roost::presence {
namespace {

const ReplicaId a{"a", 1}, b{"b", 1}, c{"c", 1};

std::vector<std::string> askers(std::initializer_list<std::pair<ReplicaId, Clock>> clocks) {
  DominantClocks dominant;
  for (const auto& [from, clock] : clocks) dominant.add(from, clock);
  std::vector<std::string> names;
  for (const auto& sent : dominant.take()) names.push_back(sent.from.name);
  return names;
}
using Names = std::vector<std::string>;

TEST(Clock, CoversLooksAtItsOwnReplicasOnly) {
  EXPECT_TRUE(covers({{a, 2}}, {{a, 2}}));
  EXPECT_TRUE(covers({{a, 2}}, {{a, 1}, {b, 9}}));
  EXPECT_TRUE(covers({{a, 2}, {b, 0}}, {{a, 1}}));
  EXPECT_FALSE(covers({{a, 2}}, {{a, 3}}));
}

TEST(Clock, AnEmptyClockCoversOnlyAnEmptyOne) {
  EXPECT_TRUE(covers({}, {}));
  EXPECT_TRUE(covers({{a, 0}}, {}));
  EXPECT_FALSE(covers({}, {{a, 0}}));
}

TEST(Clock, DominatesNeedsEveryReplicaOfTheOther) {
  EXPECT_TRUE(dominates({{a, 1}, {b, 2}}, {{b, 2}}));
  EXPECT_TRUE(dominates({{a, 1}}, {{a, 1}}));
  EXPECT_TRUE(dominates({{a, 1}}, {}));
  EXPECT_FALSE(dominates({{a, 9}}, {{a, 1}, {b, 0}}));
  EXPECT_FALSE(dominates({{a, 9}, {c, 9}}, {{a, 1}, {b, 1}}));
}

TEST(Clock, RaiseAndLowerTakeWhatOnlyOneSideHas) {
  Clock high{{a, 1}, {b, 5}}, low = high;
  raise_to(high, {{a, 3}, {c, 7}});
  lower_to(low, {{b, 2}, {c, 7}});
  EXPECT_EQ(high, (Clock{{a, 3}, {b, 5}, {c, 7}}));
  EXPECT_EQ(low, (Clock{{a, 1}, {b, 2}, {c, 7}}));
}

TEST(Clock, RestrictKeepsOnlyWhatTheOtherKnows) {
  EXPECT_EQ(restrict_to({{a, 1}, {b, 2}}, {{b, 0}, {c, 3}}), (Clock{{b, 2}}));
}

TEST(DominantClocks, OneThatDominatesAllIsTheOnlyOneAsked) {
  EXPECT_EQ(askers({{a, {{a, 1}, {b, 1}}}, {b, {{a, 1}, {b, 2}}}, {c, {{a, 2}, {b, 2}}}}), (Names{"c"}));
  EXPECT_EQ(askers({{c, {{a, 2}, {b, 2}}}, {a, {{a, 1}, {b, 1}}}}), (Names{"c"}));
}

TEST(DominantClocks, ConcurrentOnesAreAllAsked) {
  EXPECT_EQ(askers({{a, {{a, 2}, {b, 1}}}, {b, {{a, 1}, {b, 2}}}}), (Names{"a", "b"}));
}

TEST(DominantClocks, OneThatTheOthersMakeUpTogetherIsNotAsked) {
  EXPECT_EQ(askers({{a, {{a, 2}, {b, 1}}}, {b, {{a, 1}, {b, 2}}}, {c, {{a, 2}, {b, 2}, {c, 0}}}}), (Names{"c"}));
  EXPECT_EQ(askers({{a, {{a, 3}, {b, 1}}}, {b, {{a, 1}, {b, 3}}}, {c, {{a, 2}, {b, 2}}}}), (Names{"a", "b"}));
}

TEST(DominantClocks, ANewOneDropsThoseItDominates) {
  EXPECT_EQ(askers({{a, {{a, 2}, {b, 1}, {c, 0}}}, {b, {{a, 1}, {b, 2}, {c, 0}}}, {c, {{a, 1}, {b, 3}, {c, 1}}}}),
            (Names{"a", "c"}));
}

TEST(DominantClocks, EmptyClocksAreIgnoredAndTheLatestOfAReplicaCounts) {
  EXPECT_EQ(askers({{a, {}}}), Names{});
  EXPECT_EQ(askers({{a, {{a, 1}, {b, 1}}}, {a, {{a, 2}}}}), (Names{"a"}));
}

}  // namespace
}  // namespace roost::presence
