// On a node of a cluster: who was told that it joined hears what other nodes broadcast from then on.
#include "channel/channel_testing.h"
#include "pubsub/adapter.h"

namespace roost::channel::testing {
namespace {

/// An adapter whose broker takes its time.
class SlowAdapter final : public pubsub::Adapter {
 public:
  std::string_view node() const override { return "n"; }
  void broadcast(const pubsub::Message&) override {}
  void subscribe(std::string_view topic) override { subscribed.emplace_back(topic); }
  void unsubscribe(std::string_view) override {}
  void settle(std::move_only_function<void()> then) override { waiting_.push_back(std::move(then)); }
  void send(std::string_view, std::string_view) override {}
  void send_to(std::string_view, std::string_view, std::string_view) override {}
  void start(pubsub::AdapterSink&) override {}
  void stop() override {}
  pubsub::AdapterStats stats() const override { return {}; }

  /// The broker has taken what was subscribed to so far.
  void answers() {
    for (auto& then : std::exchange(waiting_, {})) then();
  }

  std::vector<std::string> subscribed;

 private:
  std::vector<std::move_only_function<void()>> waiting_;
};

class ClusterJoin : public ChannelTest {
 protected:
  ClusterJoin() { shard.table.set_adapter(&adapter); }
  void another_node_broadcasts(std::string_view event) {
    shard.hub.publish_local({"room:a", event, "{}"}, pubsub::Hub::kNoShard);
    shard.run();
  }
  SlowAdapter adapter;
};

TEST_F(ClusterJoin, IsAnsweredOnceOtherNodesReachTheTopic) {
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), IsEmpty());
  adapter.answers();
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a")));
  another_node_broadcasts("new");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "new")));
}

TEST_F(ClusterJoin, WhatComesMeanwhileFollowsTheReply) {
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  another_node_broadcasts("early");
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(), IsEmpty());
  adapter.answers();
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a"), broadcast("room:a", "early"),
                                              reply("1", "2", "room:a"), closed("1", "room:a")));
}

TEST_F(ClusterJoin, LaterOnesOfTheTopicNeedNotWait) {
  auto ada = shard.client(), bob = shard.client();
  ada->says(R"(["1","1","room:a","phx_join",{}])");
  bob->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(bob->received(), IsEmpty()) << "as long as the first one does";
  adapter.answers();
  EXPECT_THAT(bob->received(), ElementsAre(reply("1", "1", "room:a")));
  shard.client()->joins("room:a");
  EXPECT_THAT(adapter.subscribed, ElementsAre("room:a"));
}

TEST_F(ClusterJoin, ARefusalWaitsForNobody) {
  script.join = [](Scripted&, const Payload&) { return refuse({}); };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error")));
  EXPECT_THAT(adapter.subscribed, IsEmpty());
}

TEST_F(ClusterJoin, ACoroutineReadsOnceNothingCanFallBetween) {
  script.join = [](Scripted& channel, const Payload&) -> JoinReply {
    return [](Scripted&) -> Task<JoinReply> { co_return ok({{"read", true}}); }(channel);
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), IsEmpty());
  adapter.answers();
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "ok", R"({"read":true})")));
}

TEST_F(ClusterJoin, AClientThatGoesMeanwhileIsForgotten) {
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  client->vanishes();
  adapter.answers();
  shard.run();
  EXPECT_EQ(script.alive, 0);
  EXPECT_EQ(shard.table.topics(), 0u);
}

TEST_F(ClusterJoin, AnAnswerToAnEarlierSubscriptionIsNone) {
  auto first = shard.client();
  first->says(R"(["1","1","room:a","phx_join",{}])");
  first->vanishes();
  adapter.answers();  // on its way to the loop when the next one subscribes
  auto second = shard.client();
  EXPECT_TRUE(second->sends(R"(["1","1","room:a","phx_join",{}])"));
  EXPECT_THAT(second->received(), IsEmpty());
  adapter.answers();
  EXPECT_THAT(second->received(), ElementsAre(reply("1", "1", "room:a")));
}

}  // namespace
}  // namespace roost::channel::testing
