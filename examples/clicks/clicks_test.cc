#include "clicks/clicks.h"

#include <gtest/gtest.h>

namespace clicks {
namespace {

const demo::User kAnn{"u_1", "Ann"};
const demo::User kBob{"u_2", "Bob"};

TEST(Click, CountsForTheButtonAndForTheUser) {
  State state = opening_state();
  click(state, "Espresso", kAnn);
  click(state, "Espresso", kBob);
  const auto update = click(state, "Espresso", kAnn);
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(boost::json::serialize(roost::to_json(*update)),
            R"({"version":3,"button":"Espresso","hits":3,"user":{"id":"u_1","name":"Ann","hits":2}})");
}

TEST(Click, OnAnUnknownButtonChangesNothing) {
  State state = opening_state();
  EXPECT_FALSE(click(state, "Tea", kAnn).has_value());
  EXPECT_EQ(roost::to_json(state), roost::to_json(opening_state()));
}

TEST(Click, RemembersTheLatestNameOfAUser) {
  State state = opening_state();
  click(state, "Matcha", kAnn);
  click(state, "Matcha", {"u_1", "Anna"});
  EXPECT_EQ(state.buttons.back().by.at("u_1").name, "Anna");
}

TEST(Click, CountsButDoesNotListClickersBeyondTheMost) {
  State state = opening_state();
  for (std::size_t i = 0; i < kClickersMax; ++i) click(state, "Filter", {"u" + std::to_string(i), "Somebody"});
  const auto update = click(state, "Filter", kAnn);
  EXPECT_EQ(update->hits, static_cast<std::int64_t>(kClickersMax) + 1);
  EXPECT_FALSE(state.buttons[3].by.contains("u_1"));
}

TEST(ClicksState, SurvivesJson) {
  State state = opening_state();
  click(state, "Flat White", kBob);
  const auto read = roost::from_json<State>(roost::to_json(state));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(roost::to_json(*read), roost::to_json(state));
}

}  // namespace
}  // namespace clicks
