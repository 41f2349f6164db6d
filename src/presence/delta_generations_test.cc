#include "presence/delta_generations.h"

#include <limits>

#include <gtest/gtest.h>

#include "presence/state.h"

namespace roost::presence {
namespace {

const ReplicaId a{"a", 1}, b{"b", 1}, c{"c", 1};

/// A delta of one replica: dots (start, end], those in `values` with an entry named after its dot.
Delta delta_of(const ReplicaId& replica, Counter start, Counter end, std::initializer_list<Counter> values = {}) {
  Delta delta{{{replica, start}}, {{replica, end}}, {}};
  if (end > start) delta.parts[replica].seen.insert(start + 1, end);
  for (const Counter dot : values) delta.parts[replica].values[dot] = {"t", 1, std::to_string(dot), {}};
  return delta;
}
Delta nothing(Counter at) {
  return delta_of(a, at, at);
}

std::vector<Counter> values(const Delta& delta, const ReplicaId& replica) {
  std::vector<Counter> dots;
  if (const auto part = delta.parts.find(replica); part != delta.parts.end())
    for (const auto& [dot, entry] : part->second.values) dots.push_back(dot);
  return dots;
}

TEST(Delta, RangesThatTouchOrOverlapAreContiguous) {
  EXPECT_TRUE(contiguous(delta_of(a, 0, 3), delta_of(a, 3, 5)));
  EXPECT_TRUE(contiguous(delta_of(a, 3, 5), delta_of(a, 0, 3)));
  EXPECT_TRUE(contiguous(delta_of(a, 0, 4), delta_of(a, 2, 5)));
  EXPECT_FALSE(contiguous(delta_of(a, 0, 2), delta_of(a, 3, 5)));
  EXPECT_FALSE(contiguous(delta_of(a, 3, 5), delta_of(a, 0, 2)));
  EXPECT_TRUE(contiguous(delta_of(a, 0, 2), delta_of(b, 7, 9)));
}

TEST(Delta, MergingJoinsRangesAndDropsWhatTheOtherRemoved) {
  Delta merged = delta_of(a, 0, 2, {1, 2});
  Delta removal = delta_of(a, 2, 3);
  removal.parts[a].seen.insert(1);
  merge(merged, removal);
  EXPECT_EQ(merged.start, (Clock{{a, 0}}));
  EXPECT_EQ(merged.end, (Clock{{a, 3}}));
  EXPECT_EQ(values(merged, a), (std::vector<Counter>{2}));
  EXPECT_EQ(size_of(merged), 4u);

  Delta reversed = removal;  // the removal first: the value does not come back
  merge(reversed, delta_of(a, 0, 2, {1, 2}));
  EXPECT_EQ(reversed, merged);
}

TEST(Delta, SizeDoesNotOverflow) {
  Delta delta = delta_of(a, 0, kCounterMax);
  merge(delta, delta_of(b, 0, kCounterMax));
  merge(delta, delta_of(c, 0, kCounterMax));
  EXPECT_EQ(size_of(delta), std::numeric_limits<std::size_t>::max());
}

TEST(DeltaGenerations, TheFirstPushStartsAllOfThem) {
  DeltaGenerations generations({4, 10});
  generations.push(delta_of(a, 0, 1, {1}), nothing(1));
  ASSERT_EQ(generations.generations().size(), 2u);
  for (const Delta& generation : generations.generations()) EXPECT_EQ(values(generation, a), (std::vector<Counter>{1}));
}

TEST(DeltaGenerations, OneThatGrewTooLargeBecomesTheSmallerOneBeforeIt) {
  DeltaGenerations generations({4, 10});
  for (Counter dot = 1; dot <= 3; ++dot) generations.push(delta_of(a, dot - 1, dot, {dot}), nothing(dot));
  EXPECT_EQ(values(generations.generations()[0], a), (std::vector<Counter>{3})) << "the pushed one, as none is smaller";
  EXPECT_EQ(values(generations.generations()[1], a), (std::vector<Counter>{1, 2, 3}));
  for (Counter dot = 4; dot <= 6; ++dot) generations.push(delta_of(a, dot - 1, dot, {dot}), nothing(dot));
  EXPECT_EQ(values(generations.generations()[0], a), (std::vector<Counter>{5, 6}));
  EXPECT_EQ(values(generations.generations()[1], a), (std::vector<Counter>{5, 6}));
}

TEST(DeltaGenerations, ADeltaAfterAHoleChangesNothing) {
  DeltaGenerations generations({100});
  generations.push(delta_of(b, 0, 2, {1, 2}), nothing(0));
  generations.push(delta_of(b, 3, 4, {4}), nothing(0));
  EXPECT_EQ(values(generations.generations()[0], b), (std::vector<Counter>{1, 2}));
  generations.push(delta_of(b, 2, 4, {4}), nothing(0));
  EXPECT_EQ(values(generations.generations()[0], b), (std::vector<Counter>{1, 2, 4}));
}

TEST(DeltaGenerations, AnswersWithTheSmallestThatTakesTheAskerFurther) {
  DeltaGenerations generations({4, 100});
  for (Counter dot = 1; dot <= 6; ++dot) generations.push(delta_of(a, dot - 1, dot, {dot}), nothing(dot));
  EXPECT_EQ(values(*generations.answer_to({{a, 5}, {b, 0}}), a), (std::vector<Counter>{5, 6}));
  EXPECT_EQ(values(*generations.answer_to({{a, 2}}), a), (std::vector<Counter>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(generations.answer_to({{a, 6}}), std::nullopt) << "has all of it";
  EXPECT_EQ(generations.answer_to({{b, 0}}), std::nullopt) << "knows none of it";
}

TEST(DeltaGenerations, AnAskerBeforeTheStartNeedsTheFullState) {
  DeltaGenerations generations({100});
  generations.push(delta_of(a, 5, 6, {6}), nothing(6));
  EXPECT_EQ(generations.answer_to({{a, 4}}), std::nullopt);
  EXPECT_NE(generations.answer_to({{a, 5}}), std::nullopt);
}

TEST(DeltaGenerations, AnAnswerHoldsOnlyReplicasTheAskerKnows) {
  DeltaGenerations generations({100});
  generations.push(delta_of(a, 0, 1, {1}), nothing(1));
  generations.push(delta_of(b, 0, 1, {1}), nothing(1));
  const auto answer = generations.answer_to({{b, 0}});
  EXPECT_EQ(answer->end, (Clock{{b, 1}}));
  EXPECT_EQ(answer->parts.size(), 1u);
}

TEST(DeltaGenerations, AForgottenReplicaIsInNoAnswer) {
  DeltaGenerations generations({100, 1000});
  generations.push(delta_of(b, 0, 1, {1}), nothing(0));
  generations.forget(b);
  EXPECT_EQ(generations.answer_to({{a, 0}, {b, 0}}), std::nullopt);
  for (const Delta& generation : generations.generations()) EXPECT_FALSE(generation.parts.contains(b));
}

TEST(DeltaGenerations, AfterAFullStateTheyStartAnew) {
  DeltaGenerations generations({100});
  generations.push(delta_of(a, 0, 3, {1}), nothing(3));
  generations.clear();
  EXPECT_EQ(generations.answer_to({{a, 0}}), std::nullopt);
  generations.push(delta_of(a, 3, 4, {4}), nothing(4));
  EXPECT_EQ(values(generations.generations()[0], a), (std::vector<Counter>{4}));
}

// The whole point: whoever has seen the start gets to where the sender is.
TEST(DeltaGenerations, AnAnswerBringsTheAskerToTheEndOfItsRange) {
  State sender(a), asker(b);
  asker.replica_up(a);
  DeltaGenerations generations({10, 1000});
  for (int i = 0; i < 40; ++i) {
    const std::string key = std::to_string(i % 7);
    if (!sender.add("t", 1, key, {})) {
      if (i % 3)
        sender.remove("t", 1, key);
      else
        sender.update("t", 1, key, {});
    }
    const Delta delta = sender.take_delta();
    generations.push(delta, sender.empty_delta());
    if (i % 5) continue;
    const auto answer = generations.answer_to(asker.clock());
    ASSERT_TRUE(answer) << i;
    asker.merge(answer->parts);
    ASSERT_EQ(asker.extract({{a, 0}}), sender.extract({{a, 0}})) << i;
  }
}

}  // namespace
}  // namespace roost::presence
