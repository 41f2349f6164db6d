// PROTOCOL §5.4: broadcasts, fastlane, intercept, other topics.
#include <stdexcept>

#include "base/limits.h"
#include "channel/behaviour_testing.h"
#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Broadcasts : public BehaviourTest {
 protected:
  /// Channels hear "news" and push what they hear.
  void listen_to_news(int times = 1) {
    script.join = [times](Scripted& self, const Payload&) {
      for (int i = 0; i < times; ++i) self.subscribe("news");
      return ok();
    };
    script.on_broadcast = [](Scripted& self, const Broadcast& heard) {
      self.push(std::string(heard.topic) + " " + std::string(heard.event), heard.payload);
    };
  }
  void listen_to_itself() {
    script.join = [](Scripted& self, const Payload&) {
      self.subscribe(self.topic());
      return ok();
    };
  }
  /// "wait" keeps the channel busy for 10 ms.
  void allow_to_wait() {
    on("wait", [](Scripted&, const Payload&) -> Reply {
      return []() -> Task<Reply> {
        co_await sleep_for(milliseconds(10));
        co_return ok();
      }();
    });
  }
  void broadcast(std::string_view topic, std::string_view event, const Payload& payload = {}) {
    server.app().broadcast(topic, event, payload);
    server.run();
  }
};

class BroadcastsForOurs : public ChannelTest {
 protected:
  std::unique_ptr<Client> member_of_ours() {
    auto client = shard.client(wire::v2_json_ours());
    client->joins("room:a");
    return client;
  }
  void publish() {
    shard.hub.publish_local({"room:a", "presence_diff", "{}", false, 0, {"roost_presence", R"({"keys":1})"}}, 0);
    shard.run();
  }
};

TEST_F(BroadcastsForOurs, EachGetsItsOwnAndAllTheRest) {
  const auto client = member_of_ours();
  const auto stock = shard.member();
  const auto v1 = shard.client(wire::v1_json());
  v1->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  v1->received();
  publish();
  shard.broadcasts("room:a", "said");
  EXPECT_THAT(client->received(),
              ElementsAre(broadcast("room:a", "roost_presence", R"({"keys":1})"), broadcast("room:a", "said")));
  EXPECT_THAT(stock->received(), ElementsAre(broadcast("room:a", "presence_diff"), broadcast("room:a", "said")));
  EXPECT_THAT(v1->received(), ElementsAre(HasSubstr("presence_diff"), HasSubstr("said")));
}

TEST_F(BroadcastsForOurs, AChannelThatInterceptsTheDiffsGetsThoseThatEveryClientGets) {
  struct Interceptor : Channel {
    static void events(Events<Interceptor>& on) { on.intercept("presence_diff", &Interceptor::diff); }
    JoinReply join(std::string_view, const Payload&) { return ok(); }
    void diff(const Payload& payload) { push("intercepted", payload); }
  };
  shard.mount.channel<Interceptor>("curious:*");
  const auto client = shard.client(wire::v2_json_ours());
  client->joins("curious:a");
  EXPECT_EQ(shard.hub.interest().subscriptions("curious:a").ours, 0u);
  shard.hub.publish_local({"curious:a", "presence_diff", "{}", false, 0, {"roost_presence", R"({"keys":1})"}}, 0);
  EXPECT_THAT(client->received(), ElementsAre(push("1", "curious:a", "intercepted")));
}

TEST_F(Broadcasts, B1_ReachEverySubscriberAndTheSender) {
  on("shout", [](Scripted& self, const Payload& payload) {
    self.broadcast("shout", payload);
    return noreply;
  });
  auto one = member(), two = member();
  one.push("shout", {{"a", 1}});
  EXPECT_THAT(one.heard(), ElementsAre(R"(broadcast "shout" {"a":1})"));
  EXPECT_THAT(two.heard(), ElementsAre(R"(broadcast "shout" {"a":1})"));
}

TEST_F(Broadcasts, B1_BroadcastFromSkipsTheSendingChannelAlone) {
  on("shout", [](Scripted& self, const Payload&) {
    self.broadcast_from("shout");
    return noreply;
  });
  auto one = member(), two = member();
  one.push("shout");
  one.expect_nothing();
  EXPECT_THAT(two.heard(), ElementsAre(R"(broadcast "shout" {})"));
}

TEST_F(Broadcasts, B3_PassByAChannelWhoseCoroutineWaits) {
  allow_to_wait();
  auto room = member();
  room.push("wait");
  broadcast("room:a", "x");
  EXPECT_THAT(room.heard(), ElementsAre(R"(broadcast "x" {})"));
}

TEST_F(Broadcasts, B4_InterceptedEventsGoToTheChannelInstead) {
  script.intercepted = [](Scripted& self, const Payload& payload) {
    self.push("intercepted", {{"was", payload.json()}});
  };
  auto room = member();
  broadcast("room:a", "intercepted", {{"a", 1}});
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "intercepted" {"was":{"a":1}})"));
}

TEST_F(Broadcasts, B4_InterceptedEventsWaitForACoroutine) {
  script.intercepted = [](Scripted& self, const Payload&) { self.push("seen"); };
  allow_to_wait();
  auto room = member();
  room.push("wait");
  broadcast("room:a", "intercepted");
  room.expect_nothing();
  server.advance(milliseconds(10));
  EXPECT_THAT(room.heard(), ElementsAre(R"(reply to "2": ok {})", R"(push "seen" {})"));
}

TEST_F(Broadcasts, B4_AnInterceptMayBroadcastAgain) {
  script.intercepted = [](Scripted& self, const Payload&) { self.broadcast("passed on"); };
  auto room = member();
  broadcast("room:a", "intercepted");
  EXPECT_THAT(room.heard(), ElementsAre(R"(broadcast "passed on" {})"));
}

TEST_F(Broadcasts, B5_OtherTopicsAreHeardInOnBroadcast) {
  listen_to_news();
  auto room = member();
  broadcast("news", "rain", {{"mm", 3}});
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "news rain" {"mm":3})"));
}

TEST_F(Broadcasts, B5_ACopyOfTheOwnTopicGoesToTheIntercept) {
  listen_to_itself();
  script.intercepted = [](Scripted& self, const Payload&) { self.push("seen"); };
  auto room = member();
  broadcast("room:a", "intercepted");
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "seen" {})", R"(push "seen" {})"));
}

TEST_F(Broadcasts, B5_ACopyOfTheOwnTopicWithoutAnInterceptCrashes) {
  listen_to_itself();
  auto room = member();
  broadcast("room:a", "x");
  EXPECT_THAT(room.heard(), ElementsAre(R"(broadcast "x" {})", "crash (phx_error)"));
}

TEST_F(Broadcasts, B6_WrongPayloadsAreToldToThePublisher) {
  std::vector<std::string> thrown;
  on("shout", [&thrown](Scripted& self, const Payload&) {
    const auto note = [&thrown](auto call) {
      try {
        call();
      } catch (const std::invalid_argument& error) {
        thrown.push_back(error.what());
      }
    };
    note([&self] { self.broadcast("x", 7); });
    note([&self] { self.broadcast("x", boost::json::array{1}); });
    note([&self] { self.broadcast(std::string(256, 'x'), Payload::bytes("b")); });
    note([&self] { self.broadcast(std::string(255, 'x'), Payload::bytes("b")); });
    return noreply;
  });
  auto room = member();
  room.push("shout");
  EXPECT_THAT(thrown,
              ElementsAre("broadcast: a payload is an object or bytes", "broadcast: a payload is an object or bytes",
                          "broadcast: topic and event of a binary message have at most 255 bytes"));
  room.expect_broadcast(std::string(255, 'x'), Payload::bytes("b"));
  room.expect_nothing();
}

TEST_F(Broadcasts, B8_TwiceSubscribedIsTwiceHeard) {
  listen_to_news(2);
  auto room = member();
  broadcast("news", "x");
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "news x" {})", R"(push "news x" {})"));
}

TEST_F(Broadcasts, AChannelMayUnsubscribeWhileItHears) {
  listen_to_news(2);
  script.on_broadcast = [](Scripted& self, const Broadcast&) {
    self.unsubscribe("news");
    self.push("heard");
  };
  auto room = member();
  broadcast("news", "x");
  broadcast("news", "y");
  EXPECT_THAT(room.heard(), ElementsAre(R"(push "heard" {})", R"(push "heard" {})"));
}

TEST_F(Broadcasts, SubscriptionsOfAChannelHaveAMaximum) {
  bool refused = false;
  script.join = [&refused](Scripted& self, const Payload&) {
    for (std::size_t i = 0; i < limits::kSubscriptionsPerChannelMax; ++i) self.subscribe("news");
    try {
      self.subscribe("news");
    } catch (const std::length_error&) {
      refused = true;
    }
    return ok();
  };
  member();
  EXPECT_TRUE(refused);
}

// The frames of a broadcast, and what the table of topics knows.

using BroadcastFrames = ChannelTest;

TEST_F(BroadcastFrames, B3_AreEncodedOnceForEachSerializer) {
  auto v1 = shard.client(wire::v1_json());
  v1->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  v1->received();
  auto v2 = shard.member();
  shard.broadcasts("room:a", "x", R"({"a":1})");
  EXPECT_THAT(v1->received(), ElementsAre(R"({"event":"x","payload":{"a":1},"ref":null,"topic":"room:a"})"));
  EXPECT_THAT(v2->received(), ElementsAre(broadcast("room:a", "x", R"({"a":1})")));
}

TEST_F(BroadcastFrames, F4_BytesDoNotReachV1ClientsAndHurtNobody) {
  auto v1 = shard.client(wire::v1_json());
  v1->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  v1->received();
  auto v2 = shard.member();
  shard.hub.publish({"room:a", "x", "\x01", true}, 0);
  EXPECT_THAT(v1->received(), IsEmpty());
  EXPECT_THAT(v2->received(), ElementsAre("binary 020601"
                                          "726f6f6d3a61"
                                          "78"
                                          "01"));
  EXPECT_EQ(v1->session().channels(), 1u);
  EXPECT_TRUE(shard.log.has("broadcast cannot be encoded"));
}

TEST_F(BroadcastFrames, B7_ReservedNamesReachClientsWithNullRefs) {
  shard.on("end", [](Scripted& room, const Payload&) {
    room.broadcast("phx_close");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","end",{}])");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "phx_close")));
}

TEST_F(BroadcastFrames, B8_UnsubscribeEndsAllOfThem) {
  script.join = [](Scripted& room, const Payload&) {
    room.subscribe("news");
    room.subscribe("news");
    return ok();
  };
  shard.on("enough", [](Scripted& room, const Payload&) {
    room.unsubscribe("news");
    room.unsubscribe("never heard of");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","enough",{}])");
  shard.broadcasts("news", "x");
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_EQ(shard.table.topics(), 1u);
}

TEST_F(BroadcastFrames, B8_UnsubscribeFromTheOwnTopicEndsThatOneToo) {
  shard.on("enough", [](Scripted& room, const Payload&) {
    room.unsubscribe("room:a");
    return ok();
  });
  auto client = shard.member();
  shard.broadcasts("room:a", "first");
  client->says(R"(["1","2","room:a","enough",{}])");
  shard.broadcasts("room:a", "second");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "first"), reply("1", "2", "room:a")));
}

TEST_F(BroadcastFrames, AnInterceptedFloodBeyondTheInboxCrashesTheChannel) {
  int seen = 0;
  script.intercepted = [&seen](Scripted&, const Payload&) { ++seen; };
  auto client = shard.member();
  for (std::size_t i = 0; i <= shard.limits.inbox_items_max; ++i) shard.hub.publish({"room:a", "intercepted", "{}"}, 0);
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_EQ(seen, 0);
  EXPECT_TRUE(shard.log.has("inbox full"));
}

// What a channel tracks; the rest of presence is the tracker's.

}  // namespace
}  // namespace roost::channel::testing
