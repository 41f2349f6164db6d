#include "pubsub/table.h"

#include "pubsub/pubsub_testing.h"

namespace roost::pubsub::testing {
namespace {

class Tables : public ::testing::Test {
 protected:
  Interest interest;
  roost::testing::FakeExecutor executor;
  Table table{interest, 5, executor};
  Ear ada, bob;
};

TEST_F(Tables, HandMessagesToTheSubscribersOfTheirTopic) {
  const auto a = table.subscribe("news", ada, 1);
  const auto b = table.subscribe("sport", bob, 2);
  table.dispatch(message("news"));
  EXPECT_THAT(ada.heard, ElementsAre("news x {}"));
  EXPECT_THAT(bob.heard, IsEmpty());
  table.dispatch(message("nobody hears this"));
}

TEST_F(Tables, B8_EachSubscriptionHearsOnce) {
  const auto a = table.subscribe("news", ada, 1);
  auto again = table.subscribe("news", ada, 1);
  table.dispatch(message("news"));
  EXPECT_EQ(ada.heard.size(), 2u);
  again.end();
  table.dispatch(message("news"));
  EXPECT_EQ(ada.heard.size(), 3u);
}

TEST_F(Tables, B1_TheSenderDoesNotHearIt) {
  const auto a = table.subscribe("news", ada, 1);
  const auto b = table.subscribe("news", bob, 2);
  table.dispatch(message("news", "x", 1));
  EXPECT_THAT(ada.heard, IsEmpty());
  EXPECT_EQ(bob.heard.size(), 1u);
}

TEST_F(Tables, WhatHasNothingForTheOthersOnlyOursHear) {
  const auto a = table.subscribe("news", ada, 1, true);
  const auto b = table.subscribe("news", bob, 2);
  table.dispatch({.topic = "news", .event = "x", .payload = "", .ours = {"y", "{}"}});
  EXPECT_EQ(ada.heard.size(), 1u);
  EXPECT_THAT(bob.heard, IsEmpty());
}

TEST_F(Tables, InterestCountsSubscriptions) {
  auto a = table.subscribe("news", ada, 1);
  auto b = table.subscribe("news", bob, 2, true);
  const auto c = table.subscribe("sport", bob, 2);
  EXPECT_EQ(interest.subscriptions("news").ours, 1u);
  EXPECT_EQ(interest.subscriptions("news").others, 1u);
  a.end();
  Subscription moved = std::move(b);
  EXPECT_EQ(interest.subscriptions("news").ours, 1u);
  EXPECT_EQ(interest.subscriptions("news").others, 0u);
  moved.end();
  EXPECT_EQ(interest.subscriptions("news").all(), 0u);
}

TEST_F(Tables, SubscriptionsMayLeaveInAnyOrder) {
  for (const std::vector<int>& order : {std::vector{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}, {0, 2, 1}}) {
    std::vector<Ear> ears(3);
    std::vector<Subscription> all;
    for (Ear& ear : ears) all.push_back(table.subscribe("news", ear, 1));  // moves them as the vector grows
    std::vector<bool> here(3, true);
    for (const int leaver : order) {
      all[static_cast<std::size_t>(leaver)].end();
      here[static_cast<std::size_t>(leaver)] = false;
      for (Ear& ear : ears) ear.heard.clear();
      table.dispatch(message("news"));
      for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(ears[i].heard.size(), here[i] ? 1u : 0u);
    }
    EXPECT_EQ(table.topics(), 0u);
  }
}

TEST_F(Tables, AMovedSubscriptionGoesOn) {
  Subscription one = table.subscribe("news", ada, 1);
  Subscription two = std::move(one);
  EXPECT_FALSE(one);  // NOLINT: that is what is tested
  EXPECT_TRUE(two);
  one.end();
  table.dispatch(message("news"));
  EXPECT_EQ(ada.heard.size(), 1u);
  Subscription three = table.subscribe("news", bob, 2);
  three = std::move(two);  // bob's ends
  table.dispatch(message("news"));
  EXPECT_EQ(ada.heard.size(), 2u);
  EXPECT_THAT(bob.heard, IsEmpty());
  Subscription& self = three;
  three = std::move(self);
  EXPECT_TRUE(three);
}

TEST_F(Tables, EndingTwiceIsEndingOnce) {
  auto a = table.subscribe("news", ada, 1);
  a.end();
  a.end();
  EXPECT_EQ(table.topics(), 0u);
}

TEST_F(Tables, ManyTopicsComeAndGo) {
  std::vector<Subscription> all;
  for (int i = 0; i < 10'000; ++i) all.push_back(table.subscribe("room:" + std::to_string(i), ada, 1));
  EXPECT_EQ(table.topics(), 10'000u);
  for (std::size_t i = 0; i < all.size(); i += 2) all[i].end();
  EXPECT_EQ(table.topics(), 5'000u);
  for (int i = 0; i < 10'000; ++i) table.dispatch(message("room:" + std::to_string(i)));
  EXPECT_EQ(ada.heard.size(), 5'000u);
  all.clear();
  EXPECT_EQ(table.topics(), 0u);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(interest.shards("room:" + std::to_string(i)), 0u);
}

TEST_F(Tables, TellTheInterestOfTheirShard) {
  auto a = table.subscribe("news", ada, 1);
  auto b = table.subscribe("news", bob, 2);
  EXPECT_EQ(interest.shards("news"), 1u << 5);
  a.end();
  EXPECT_EQ(interest.shards("news"), 1u << 5);
  b.end();
  EXPECT_EQ(interest.shards("news"), 0u);
}

TEST_F(Tables, TopicsThatShareASlotKeepItUntilTheLastGoes) {
  const auto [first, second] = colliding_topics();
  auto a = table.subscribe(first, ada, 1);
  auto b = table.subscribe(second, bob, 2);
  a.end();
  EXPECT_EQ(interest.shards(first), 1u << 5);  // in vain, but never lost
  table.dispatch(message(first));
  table.dispatch(message(second));
  EXPECT_THAT(ada.heard, IsEmpty());
  EXPECT_EQ(bob.heard.size(), 1u);
  b.end();
  EXPECT_EQ(interest.shards(first), 0u);
}

TEST_F(Tables, FramesAreMadeOnceForEachForm) {
  FrameCache frames;
  int made = 0;
  const int one = 1, two = 2;
  const auto encode = [&made] {
    ++made;
    return Frame::make(1, false, nullptr, [](char* out) { *out = 'x'; });
  };
  frames.get(&one, nullptr, encode);
  frames.get(&one, nullptr, encode);
  frames.get(&two, nullptr, encode);
  EXPECT_EQ(made, 2);
  int tried = 0;
  const int hopeless = 3;
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(frames
                    .get(&hopeless, nullptr,
                         [&tried] {
                           ++tried;
                           return Frame();
                         })
                    .empty());
  EXPECT_EQ(tried, 1);
}

TEST_F(Tables, FramesBeyondTheFormsThatAreKnownAreMadeAnew) {
  FrameCache frames;
  const int forms[6] = {};
  for (int round = 0; round < 2; ++round)
    for (const int& form : forms) {
      const char name = static_cast<char>('a' + (&form - forms));
      const Frame& frame = frames.get(
          &form, nullptr, [name] { return Frame::make(1, false, nullptr, [name](char* out) { *out = name; }); });
      EXPECT_EQ(frame.payload(), std::string(1, name));
    }
}

}  // namespace
}  // namespace roost::pubsub::testing
