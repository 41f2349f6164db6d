#include "pubsub/hub.h"

#include <algorithm>
#include <thread>

#include "pubsub/memory_adapter.h"
#include "pubsub/pubsub_testing.h"

namespace roost::pubsub::testing {
namespace {

using roost::testing::FakeExecutor;

class Hubs : public ::testing::Test {
 protected:
  Hubs() {
    hub.add_shard(loops[0], here);
    hub.add_shard(loops[1], there);
  }
  ~Hubs() override {
    for (FakeExecutor& loop : loops) loop.run_until_idle();
  }
  FakeExecutor loops[2];
  Hub hub;
  Table here{hub.interest(), 0, loops[0]};
  Table there{hub.interest(), 1, loops[1]};
  Ear ada, bob;
};

TEST_F(Hubs, SubscribersOfTheOwnShardHearAtOnce) {
  const auto a = here.subscribe("news", ada, 1);
  hub.publish(message("news"), 0);
  EXPECT_THAT(ada.heard, ElementsAre("news x {}"));
}

TEST_F(Hubs, SubscribersOfOtherShardsHearOnTheirLoop) {
  const auto b = there.subscribe("news", bob, 2);
  hub.publish(message("news"), 0);
  EXPECT_THAT(bob.heard, IsEmpty());
  EXPECT_EQ(loops[1].run_until_idle(), 1u);
  EXPECT_THAT(bob.heard, ElementsAre("news x {}"));
}

TEST_F(Hubs, MessagesOutliveTheirViews) {
  const auto b = there.subscribe("news", bob, 2);
  {
    std::string topic = "news", event = "x", payload = "{}";
    hub.publish({topic, event, payload}, 0);
    topic.assign(4, '-');
    payload.assign(2, '-');
  }
  loops[1].run_until_idle();
  EXPECT_THAT(bob.heard, ElementsAre("news x {}"));
}

TEST_F(Hubs, ShardsWithoutSubscribersAreLeftAlone) {
  const auto a = here.subscribe("news", ada, 1);
  hub.publish(message("news"), 0);
  hub.publish(message("sport"), 0);
  EXPECT_EQ(loops[1].run_until_idle(), 0u);
}

TEST_F(Hubs, ATopicOfTheSameSlotIsPostedInVain) {
  const auto [first, second] = colliding_topics();
  const auto b = there.subscribe(second, bob, 2);
  hub.publish(message(first), 0);
  EXPECT_EQ(loops[1].run_until_idle(), 1u);
  EXPECT_THAT(bob.heard, IsEmpty());
}

TEST_F(Hubs, AThreadWithoutAShardPostsToAll) {
  const auto a = here.subscribe("news", ada, 1);
  const auto b = there.subscribe("news", bob, 2);
  std::thread([this] { hub.publish(message("news"), Hub::kNoShard); }).join();
  EXPECT_THAT(ada.heard, IsEmpty());
  loops[0].run_until_idle();
  loops[1].run_until_idle();
  EXPECT_EQ(ada.heard.size(), 1u);
  EXPECT_EQ(bob.heard.size(), 1u);
}

TEST_F(Hubs, OnePublishersMessagesKeepTheirOrder) {
  const auto a = here.subscribe("news", ada, 1);
  const auto b = there.subscribe("news", bob, 2);
  for (const char* event : {"1", "2", "3"}) hub.publish(message("news", event), 0);
  loops[1].run_until_idle();
  EXPECT_THAT(ada.heard, ElementsAre("news 1 {}", "news 2 {}", "news 3 {}"));
  EXPECT_EQ(bob.heard, ada.heard);
}

TEST_F(Hubs, B1_TheSenderIsSkippedOnEveryShard) {
  const auto a = here.subscribe("news", ada, 1);
  const auto b = there.subscribe("news", bob, 2);
  hub.publish(message("news", "x", 2), 0);
  loops[1].run_until_idle();
  EXPECT_EQ(ada.heard.size(), 1u);
  EXPECT_THAT(bob.heard, IsEmpty());
}

TEST_F(Hubs, ASubscriberThatLeftMeanwhileHearsNothing) {
  auto b = there.subscribe("news", bob, 2);
  hub.publish(message("news"), 0);
  b.end();
  loops[1].run_until_idle();
  EXPECT_THAT(bob.heard, IsEmpty());
}

/// This node and another one, which notes what it hears.
/// Shards for which no more than about ten messages may wait.
class CrowdedHubs : public Hubs {
 protected:
  static constexpr std::size_t kPayload = 10'000;
  CrowdedHubs() { hub.set_mailbox_bytes_max(10 * kPayload); }
  void publish(const std::string& event, unsigned shard = 0, std::string_view topic = "news") {
    hub.publish({topic, event, payload}, shard);
  }
  const std::string payload = std::string(kPayload, ' ');
};

TEST_F(CrowdedHubs, WhatIsBeyondTheLimitIsNotLostUnheard) {
  const auto b = there.subscribe("news", bob, 2);
  Ear cat;
  const auto c = there.subscribe("sport", cat, 3);
  for (int i = 0; i < 15; ++i) publish("x");
  publish("y", 0, "sport");
  EXPECT_LT(hub.waiting_bytes(), 12 * kPayload);
  EXPECT_EQ(hub.missed(), 6u);
  publish("z", 0, "elsewhere");
  loops[1].run_until_idle();
  ASSERT_EQ(bob.heard.size(), 11u);
  EXPECT_EQ(bob.heard.back(), "missed") << "after all that it did not miss";
  EXPECT_THAT(cat.heard, ElementsAre("missed"));
}

TEST_F(CrowdedHubs, WhoMissedSomethingIsToldOnceForAFloodAndAgainForTheNext) {
  const auto b = there.subscribe("news", bob, 2);
  for (int flood = 1; flood <= 2; ++flood) {
    for (int i = 0; i < 1'000; ++i) publish("x");
    loops[1].run_until_idle();
    EXPECT_EQ(std::ranges::count(bob.heard, "missed"), flood);
  }
  bob.heard.clear();
  publish("y");
  loops[1].run_until_idle();
  EXPECT_EQ(bob.heard.size(), 1u);
}

TEST_F(CrowdedHubs, SubscribersOnTheOwnShardMissNothing) {
  const auto a = here.subscribe("news", ada, 1);
  const auto b = there.subscribe("news", bob, 2);
  for (int i = 0; i < 100; ++i) publish("x");
  EXPECT_EQ(ada.heard.size(), 100u);
}

TEST_F(CrowdedHubs, ProducersAreToldBeforeTheLimit) {
  const auto b = there.subscribe("news", bob, 2);
  int published = 0;
  do publish("x");
  while (++published < 100 && !hub.take_pressed(0));
  EXPECT_EQ(published, 4) << "a quarter of the limit, and the one that found it so";
  EXPECT_FALSE(hub.take_pressed(0));
  EXPECT_TRUE(hub.crowded());
  EXPECT_FALSE(hub.has_room("news"));
  EXPECT_TRUE(hub.has_room("nobody's"));
  publish("x", Hub::kNoShard);
  EXPECT_FALSE(hub.take_pressed(0)) << "another thread's";
  loops[1].run_until_idle();
  EXPECT_FALSE(hub.crowded());
  EXPECT_TRUE(hub.has_room("news"));
  EXPECT_EQ(bob.heard.size(), 5u);
}

class TwoNodes : public Hubs, public AdapterSink {
 protected:
  TwoNodes() {
    other.start(*this);
    mine.start(own);
    hub.set_adapter(&mine);
    here.set_adapter(&mine);
    there.set_adapter(&mine);
  }
  void deliver(const Message& message) override { heard.push_back(std::string(message.topic)); }
  void receive(const Parcel&) override {}
  void connected(bool) override {}

  struct Own final : AdapterSink {
    void deliver(const Message& message) override { topics.push_back(std::string(message.topic)); }
    void receive(const Parcel&) override {}
    void connected(bool) override {}
    std::vector<std::string> topics;
  } own;
  MemoryBroker broker;
  MemoryAdapter mine{broker, "mine"}, other{broker, "other"};
  std::vector<std::string> heard;
};

TEST_F(TwoNodes, OtherNodesGetWhatIsPublishedButNotWhatIsLocal) {
  for (const char* topic : {"news", "local"}) other.subscribe(topic);
  hub.publish(message("news"), 0);
  hub.publish_local(message("local"), 0);
  EXPECT_THAT(heard, ElementsAre("news"));
}

TEST_F(TwoNodes, ANodeIsSentATopicAsLongAsAnyOfItsShardsHasSubscribers) {
  const auto speak = [this] { other.broadcast(message("news")); };
  speak();
  auto a = here.subscribe("news", ada, 1);
  auto b = there.subscribe("news", bob, 2);
  speak();
  a.end();
  speak();
  b.end();
  speak();
  EXPECT_EQ(own.topics.size(), 2u);
}

}  // namespace
}  // namespace roost::pubsub::testing
