#include "pubsub/hub.h"

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
  Table here{hub.interest(), 0};
  Table there{hub.interest(), 1};
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
