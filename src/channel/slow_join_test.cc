// PROTOCOL R3, R4, R6: joins that wait, and what waits for them.
#include <stdexcept>

#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class SlowJoin : public ChannelTest {
 protected:
  /// Joins take 100 ms from now on.
  void make_joins_slow() {
    script.join = [](Scripted&, const Payload&) -> JoinReply { return accept_later(); };
  }
  static Task<JoinReply> accept_later() {
    co_await sleep_for(milliseconds(100));
    co_return ok({{"after", 100}});
  }
};

TEST_F(SlowJoin, R3_EverythingOfThisConnectionWaitsForASlowJoin) {
  auto client = shard.client();
  client->joins("room:b", "0");
  make_joins_slow();
  shard.on("ping", answers);
  client->says(R"(["1","1","room:a","phx_join",{}])");
  client->says(R"([null,"2","phoenix","heartbeat",{}])");
  client->says(R"(["0","3","room:b","ping",{}])");
  client->says(R"(["1","4","room:a","ping",{}])");
  EXPECT_TRUE(client->session().joining());
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(100));
  EXPECT_FALSE(client->session().joining());
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "1", "room:a", "ok", R"({"after":100})"), reply("null", "2", "phoenix"),
                          reply("0", "3", "room:b"), reply("1", "4", "room:a")));
}

TEST_F(SlowJoin, R3_WhatOtherChannelsSayFollowsItsReply) {
  std::optional<ReplyRef> later;
  shard.on("later", [&later](Scripted& room, const Payload&) {
    later = room.reply_ref();
    return noreply;
  });
  auto client = shard.client();
  client->joins("room:b", "0");
  client->says(R"(["0","1","room:b","later",{}])");
  make_joins_slow();
  client->says(R"(["2","2","room:a","phx_join",{}])");
  later->reply(ok());
  shard.broadcasts("room:b", "news");
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(reply("2", "2", "room:a", "ok", R"({"after":100})"),
                                              reply("0", "1", "room:b"), broadcast("room:b", "news")));
}

TEST_F(SlowJoin, R3_WhatIsBroadcastMeanwhileKeepsItsOrderOverAllTopics) {
  auto client = shard.client();
  client->joins("room:b", "0");
  make_joins_slow();
  client->says(R"(["2","2","room:a","phx_join",{}])");
  shard.broadcasts("room:a", "one");
  shard.broadcasts("room:b", "two");
  shard.broadcasts("room:a", "three");
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(HasSubstr("phx_reply"), broadcast("room:a", "one"),
                                              broadcast("room:b", "two"), broadcast("room:a", "three")));
}

TEST_F(SlowJoin, R3_TooMuchForOtherChannelsMeanwhileClosesTheConnection) {
  shard.limits.join_queue_bytes_max = 1'000;
  auto client = shard.client();
  client->joins("room:b", "0");
  make_joins_slow();
  client->says(R"(["2","2","room:a","phx_join",{}])");
  const std::string payload = R"({"x":")" + std::string(600, 'x') + R"("})";
  shard.broadcasts("room:b", "news", payload);
  EXPECT_THAT(client->closes(), IsEmpty());
  shard.broadcasts("room:b", "news", payload);
  EXPECT_THAT(client->closes(), ElementsAre(Outlet::Close::overrun));
  EXPECT_EQ(shard.metrics.read(Count::limit_join_queue), 1u);
  EXPECT_TRUE(shard.log.has("too much waits for a join topic=room:a"));
}

TEST_F(SlowJoin, R3_OtherConnectionsDoNotWait) {
  make_joins_slow();
  auto slow = shard.client();
  auto quick = shard.client();
  slow->says(R"(["1","1","room:a","phx_join",{}])");
  quick->says(R"([null,"2","phoenix","heartbeat",{}])");
  EXPECT_THAT(quick->received(), ElementsAre(reply("null", "2", "phoenix")));
}

TEST_F(SlowJoin, R3_JoinsBehindASlowJoinRunOneAfterTheOther) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  client->says(R"(["2","2","room:b","phx_join",{}])");
  client->says(R"(["3","3","phoenix","heartbeat",{}])");
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(HasSubstr(R"("1","1","room:a")")));
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(HasSubstr(R"("2","2","room:b")"), reply("null", "3", "phoenix")));
}

TEST_F(SlowJoin, R3_ALongQueueOfSlowJoinsIsHandledInOrder) {
  constexpr int kJoins = 2'000;  // a queue that was copied for each of them would take seconds
  shard.limits.join_queue_items_max = shard.limits.channels_max = 2 * kJoins;
  shard.limits.join_queue_bytes_max = 1'000 * kJoins;
  make_joins_slow();
  auto client = shard.client();
  std::vector<std::string> expected;
  for (int i = 0; i < kJoins; ++i) {
    const std::string ref = std::to_string(i), topic = "room:" + ref;
    client->sends(frame(ref, ref, topic, "phx_join"));
    client->sends(frame("null", "h" + ref, "phoenix", "heartbeat"));
    expected.push_back(reply(ref, ref, topic, "ok", R"({"after":100})"));
    expected.push_back(reply("null", "h" + ref, "phoenix"));
  }
  shard.advance(milliseconds(100) * kJoins);
  EXPECT_EQ(client->received(), expected);
  EXPECT_THAT(client->closes(), IsEmpty());
}

TEST_F(SlowJoin, R3_TooManyWaitingMessagesCloseTheConnection) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  for (std::size_t i = 0; i < shard.limits.join_queue_items_max; ++i)
    client->sends(R"([null,"2","phoenix","heartbeat",{}])");
  EXPECT_THAT(client->closes(), IsEmpty());
  for (int i = 0; i < 3; ++i) client->sends(R"([null,"2","phoenix","heartbeat",{}])");
  EXPECT_THAT(client->closes(), ElementsAre(Outlet::Close::overrun)) << "once";
  EXPECT_EQ(shard.metrics.read(Count::limit_join_queue), 1u);
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(HasSubstr(R"("1","1","room:a")"))) << "none is handled out of a row";
}

TEST_F(SlowJoin, R3_TooManyWaitingBytesCloseTheConnection) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  const std::string large(shard.limits.join_queue_bytes_max / 2 + 1, ' ');
  client->sends(large);
  EXPECT_THAT(client->closes(), IsEmpty());
  client->sends(large);
  EXPECT_THAT(client->closes(), ElementsAre(Outlet::Close::overrun));
}

TEST_F(SlowJoin, R3_AnUndecodableMessageBehindASlowJoinEndsTheConnectionAfterIt) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_TRUE(client->sends("nonsense"));
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(HasSubstr("phx_reply")));
  EXPECT_THAT(client->closes(), ElementsAre(Outlet::Close::undecodable));
}

TEST_F(SlowJoin, R4_ALeaveBehindASlowJoinIsHandledAfterIt) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "ok", R"({"after":100})"),
                                              reply("1", "2", "room:a"), closed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate left"));
}

TEST_F(SlowJoin, R6_BroadcastsDuringASlowJoinFollowItsReply) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  shard.broadcasts("room:a", "early");
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(100));
  shard.broadcasts("room:a", "late");
  EXPECT_THAT(client->received(),
              ElementsAre(HasSubstr("phx_reply"), broadcast("room:a", "early"), broadcast("room:a", "late")));
}

TEST_F(SlowJoin, R6_BroadcastsDuringASlowJoinThatIsRefusedAreNotDelivered) {
  script.join = [](Scripted&, const Payload&) -> JoinReply {
    return []() -> Task<JoinReply> {
      co_await sleep_for(milliseconds(100));
      co_return refuse();
    }();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  shard.broadcasts("room:a", "early");
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error")));
}

TEST_F(SlowJoin, R6_TooManyBroadcastsDuringASlowJoinEndTheChannel) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  for (std::size_t i = 0; i <= shard.limits.inbox_items_max; ++i) shard.broadcasts("room:a", "early");
  shard.advance(milliseconds(100));
  const auto got = client->received();
  EXPECT_THAT(got.front(), HasSubstr("phx_reply"));
  EXPECT_EQ(got.back(), crashed("1", "room:a"));
}

TEST_F(SlowJoin, ASlowJoinThatThrowsIsACrash) {
  script.join = [](Scripted&, const Payload&) -> JoinReply {
    return []() -> Task<JoinReply> {
      co_await sleep_for(milliseconds(1));
      throw std::runtime_error("boom");
    }();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  shard.advance(milliseconds(1));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error", R"({"reason":"join crashed"})")));
  EXPECT_FALSE(client->session().joining());
  EXPECT_EQ(script.alive, 0);
}

TEST_F(SlowJoin, ASlowJoinMayRefuse) {
  script.join = [](Scripted&, const Payload&) -> JoinReply {
    return []() -> Task<JoinReply> {
      co_await sleep_for(milliseconds(1));
      co_return refuse({{"reason", "late"}});
    }();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  shard.advance(milliseconds(1));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error", R"({"reason":"late"})")));
}

TEST_F(SlowJoin, ACoroutineThatNeverWaitsJoinsTheSame) {
  script.join = [](Scripted&, const Payload&) -> JoinReply { return []() -> Task<JoinReply> { co_return ok(); }(); };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a")));
}

TEST_F(SlowJoin, TheConnectionMayEndWhileAJoinWaits) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  client->ends();
  EXPECT_EQ(script.alive, 0);
  shard.advance(milliseconds(100));
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_THAT(script.said, IsEmpty());
}

TEST_F(SlowJoin, TheConnectionMayVanishWhileAJoinWaits) {
  make_joins_slow();
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  client->vanishes();
  shard.advance(milliseconds(100));
  EXPECT_EQ(script.alive, 0);
}

TEST_F(SlowJoin, ABroadcastOfAnotherTopicDuringASlowJoinIsHandledAfterIt) {
  script.join = [](Scripted& room, const Payload&) -> JoinReply {
    room.subscribe("news");
    return accept_later();
  };
  script.on_broadcast = [](Scripted& room, const Broadcast& news) { room.push(news.event); };
  shard.on("ping", answers);
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  shard.broadcasts("news", "early");
  shard.advance(milliseconds(100));
  client->says(R"(["1","2","room:a","ping",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(HasSubstr("phx_reply"), push("1", "room:a", "early"), reply("1", "2", "room:a")));
}

TEST_F(SlowJoin, ATimerDuringASlowJoinRunsAfterIt) {
  script.join = [](Scripted& room, const Payload&) -> JoinReply {
    room.after(milliseconds(10), [&room] { room.push("timer"); });
    return accept_later();
  };
  shard.on("ping", answers);
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  shard.advance(milliseconds(100));
  client->says(R"(["1","2","room:a","ping",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(HasSubstr("phx_reply"), push("1", "room:a", "timer"), reply("1", "2", "room:a")));
}

}  // namespace
}  // namespace roost::channel::testing
