#include "clicks/tally.h"

#include <random>

#include <gtest/gtest.h>

#include <roost/json.hpp>

namespace clicks {
namespace {

const demo::User kAnn{"u_1", "Ann"};
const demo::User kBob{"u_2", "Bob"};

std::string json(const auto& value) {
  return boost::json::serialize(roost::to_json(value));
}

TEST(Tally, AClickCountsForTheButtonAndForTheUser) {
  Tally tally;
  click(tally, "a", "Espresso", kAnn);
  click(tally, "a", "Espresso", kBob);
  const auto update = click(tally, "a", "Espresso", kAnn);
  ASSERT_TRUE(update.has_value());
  EXPECT_EQ(json(*update), R"({"version":3,"button":"Espresso","hits":3,"user":{"id":"u_1","name":"Ann","hits":2}})");
  EXPECT_EQ(json(sum(tally, *update)), json(*update));
}

TEST(Tally, AClickOnAnUnknownButtonChangesNothing) {
  Tally tally;
  EXPECT_FALSE(click(tally, "a", "Tea", kAnn).has_value());
  EXPECT_EQ(json(sum(tally)), json(sum(Tally{})));
}

TEST(Tally, RemembersTheLatestNameOfAUser) {
  Tally tally;
  click(tally, "a", "Matcha", kAnn);
  click(tally, "a", "Matcha", {"u_1", "Anna"});
  EXPECT_EQ(sum(tally).buttons.back().by.at("u_1").name, "Anna");
}

TEST(Tally, CountsButDoesNotListClickersBeyondTheMost) {
  Tally tally;
  for (std::size_t i = 0; i < kClickersMax; ++i) click(tally, "a", "Filter", {"u" + std::to_string(i), "Somebody"});
  const auto update = click(tally, "a", "Filter", kAnn);
  EXPECT_EQ(update->hits, static_cast<std::int64_t>(kClickersMax) + 1);
  EXPECT_EQ(sum(tally, *update).user.hits, 1);
  EXPECT_FALSE(sum(tally).buttons[3].by.contains("u_1"));
}

TEST(Tally, NotesNoMoreNodesThanTheMost) {
  Tally tally;
  for (std::size_t i = 0; i < kPartsMax; ++i) click(tally, "node" + std::to_string(i), "Filter", kAnn);
  EXPECT_FALSE(click(tally, "one more", "Filter", kAnn).has_value());
  EXPECT_EQ(hear(tally, "one more", Update{1, "Filter", 1, {"u_1", "Ann", 1}}), Heard::known);
}

TEST(Tally, SurvivesJson) {
  Tally tally;
  click(tally, "a", "Flat White", kBob);
  click(tally, "b", "Flat White", kAnn);
  const auto read = roost::from_json<Tally>(roost::to_json(tally));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(json(*read), json(tally));
}

TEST(Tally, ClicksOfAllNodesAreOneSum) {
  Tally a, b;
  const auto of_a = click(a, "a", "Espresso", kAnn);
  EXPECT_EQ(hear(b, "a", *of_a), Heard::news);
  const auto of_b = click(b, "b", "Espresso", kAnn);
  EXPECT_EQ(json(sum(b, *of_b)),
            R"({"version":2,"button":"Espresso","hits":2,"user":{"id":"u_1","name":"Ann","hits":2}})");
  EXPECT_EQ(hear(a, "b", *of_b), Heard::news);
  EXPECT_EQ(json(sum(a)), json(sum(b)));
}

TEST(Tally, AClickThatIsHeardTwiceCountsOnce) {
  Tally a, b;
  const auto of_a = click(a, "a", "Espresso", kAnn);
  EXPECT_EQ(hear(b, "a", *of_a), Heard::news);
  EXPECT_EQ(hear(b, "a", *of_a), Heard::known);
  EXPECT_EQ(json(a), json(b));
}

TEST(Tally, AClickBehindAMissedOneIsNotCountedButAskedFor) {
  Tally a, b;
  click(a, "a", "Espresso", kAnn);
  const auto second = click(a, "a", "Espresso", kAnn);
  EXPECT_EQ(hear(b, "a", *second), Heard::too_new);
  EXPECT_TRUE(hear(b, "a", a.parts.at("a")));
  EXPECT_FALSE(hear(b, "a", a.parts.at("a")));
  EXPECT_EQ(json(a), json(b));
}

TEST(Tally, APartWithButtonsOfAnotherBarIsNotTaken) {
  Tally tally;
  EXPECT_FALSE(hear(tally, "a", Part{1, {{"Tea", 1, {}}}}));
  EXPECT_FALSE(hear(tally, "a", Part{1, {6, {"Espresso", 1, {}}}}));
  EXPECT_EQ(hear(tally, "a", Update{1, "Tea", 1, {"u_1", "Ann", 1}}), Heard::known);
  EXPECT_EQ(sum(tally).version, 0);
}

TEST(Tally, NodesAgreeAfterTheyHaveToldEachOtherWhatGotLost) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const std::vector<std::string> names = {"a", "b", "c"};
    std::map<std::string, Tally> nodes;
    for (int i = 0; i < 60; ++i) {
      const std::string& at = names[random() % 3];
      const auto update = click(nodes[at], at, random() % 2 ? "Espresso" : "Matcha", random() % 2 ? kAnn : kBob);
      for (const std::string& other : names)
        if (other != at && random() % 4 != 0) hear(nodes[other], at, *update);
    }
    for (const std::string& from : names)
      for (const std::string& to : names)
        for (const auto& [node, part] : Tally(nodes[from]).parts) hear(nodes[to], node, part);
    for (const std::string& name : names) EXPECT_EQ(json(nodes[name]), json(nodes["a"]));
    EXPECT_EQ(sum(nodes["b"]).version, 60);
  }
}

}  // namespace
}  // namespace clicks
