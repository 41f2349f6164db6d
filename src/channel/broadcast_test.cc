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

using Presences = ChannelTest;

TEST_F(Presences, AreTrackedUpdatedAndUntracked) {
  shard.on("all", [](Scripted& room, const Payload&) {
    auto here = room.presence();
    EXPECT_EQ(here.track("ada", {{"at", 1}}), "F1");
    EXPECT_EQ(here.track("ada", {{"at", 1}}), std::unexpected(PresenceError::already_tracked));
    EXPECT_EQ(here.update("ada", {{"at", 2}}), "F2");
    EXPECT_EQ(here.update("bob", {{"at", 2}}), std::unexpected(PresenceError::nopresence));
    EXPECT_EQ(here.update("ada",
                          [](boost::json::object old) {
                            EXPECT_EQ(old.at("phx_ref"), "F2");
                            return boost::json::object{{"at", old.at("at").get_int64() + 1}};
                          }),
              "F3");
    here.untrack("ada");
    here.untrack("nobody");
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","all",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
  EXPECT_THAT(shard.presence.calls,
              ElementsAre(R"(track room:a ada {"phx_ref":"F1","at":1})",
                          R"(update room:a ada {"phx_ref":"F2","phx_ref_prev":"F1","at":2})",
                          R"(update room:a ada {"phx_ref":"F3","phx_ref_prev":"F2","at":3})", "untrack room:a ada"));
}

TEST_F(Presences, EndWithTheirChannel) {
  shard.on("here", [](Scripted& room, const Payload&) {
    (void)room.track("ada", {});
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","here",{}])");
  shard.presence.calls.clear();
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  EXPECT_THAT(shard.presence.calls, ElementsAre("untrack_all room:a"));
}

TEST_F(Presences, StateIsPushedWithTheChannelsJoinRef) {
  script.join = [](Scripted& room, const Payload&) {
    room.after_join([&room] {
      (void)room.track("ada", {});
      room.push_presence_state();
    });
    return ok();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "1", "room:a"),
                          push("1", "room:a", "presence_state", R"({"ada":{"metas":[{"phx_ref":"F1"}]}})")));
}

TEST_F(Presences, StateOfAChannelThatLeftMeanwhileIsDropped) {
  shard.on("state", [](Scripted& room, const Payload&) {
    room.push_presence_state();
    return stop();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","state",{}])");
  EXPECT_THAT(client->received(), ElementsAre(closed("1", "room:a")));
}

TEST_F(Presences, AreListedInATask) {
  shard.on("list", [](Scripted& room, const Payload&) -> Reply {
    (void)room.track("ada", {{"deep", Payload::json_text(std::string(50, '[') + std::string(50, ']')).json()}});
    return [](Scripted& self) -> Task<Reply> {
      const auto all = co_await self.presence().list();
      const auto ada = co_await self.presence().get_by_key("ada");
      const auto bob = co_await self.presence().get_by_key("bob");
      co_return ok({{"keys", all.size()}, {"ada", ada.is_object()}, {"bob", bob}});
    }(room);
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","list",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a", "ok", R"({"keys":1,"ada":true,"bob":[]})")));
}

/// What a call comes to: "ok", or its error.
std::string outcome(const std::expected<std::string, PresenceError>& result) {
  return result ? "ok" : std::string(to_string(result.error()));
}

TEST_F(Presences, BeyondALimitAreRefusedAndTheChannelLives) {
  shard.host.presences.key_bytes_max = 3;
  shard.host.presences.meta_bytes_max = 20;
  shard.host.presences.keys_per_channel_max = 2;
  shard.on("here", [](Scripted& room, const Payload&) {
    const boost::json::object large = {{"m", std::string(20, 'm')}};
    EXPECT_EQ(outcome(room.track("four", {})), "key_too_long");
    EXPECT_EQ(outcome(room.track("ada", large)), "meta_too_large");
    EXPECT_EQ(outcome(room.track("ada", {})), "ok");
    EXPECT_EQ(outcome(room.presence().update("ada", large)), "meta_too_large");
    EXPECT_EQ(outcome(room.track("bob", {})), "ok");
    EXPECT_EQ(outcome(room.track("cyd", {})), "too_many_own_keys");
    room.presence().untrack("ada");
    EXPECT_EQ(outcome(room.track("cyd", {})), "ok");
    EXPECT_THROW((void)room.track("k", 7), std::invalid_argument);
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","here",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
  EXPECT_EQ(shard.presence.calls.size(), 4u);
  EXPECT_EQ(shard.metrics.read(Count::limit_presence_bytes), 3u);
  EXPECT_EQ(shard.metrics.read(Count::limit_presence_own_keys), 1u);
}

TEST_F(Presences, AreCalledAsOftenAsTheSocketMay) {
  shard.limits.presence_calls = {.per_second = 10, .burst = 3};
  std::vector<std::string> outcomes;
  shard.on("track", [&outcomes](Scripted& room, const Payload& key) {
    outcomes.push_back(outcome(room.track(std::string(key.view()), {})));
    return noreply;
  });
  shard.on("list", [](Scripted& room, const Payload&) -> Reply {
    return [](Scripted& self) -> Task<Reply> {
      try {
        co_await self.presence().list();
      } catch (const WorkRefused& refused) {
        co_return error({{"reason", refused.limit()}});
      }
      co_return ok();
    }(room);
  });
  auto client = shard.member();
  const auto tracks = [&client](int n) {
    client->says(R"(["1","2","room:a","track",{"n":)" + std::to_string(n) + "}]");
  };
  for (int n = 0; n < 4; ++n) tracks(n);
  EXPECT_THAT(outcomes, ElementsAre("ok", "ok", "ok", "too_many_calls"));
  client->says(R"(["1","3","room:a","list",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "3", "room:a", "error", R"({"reason":"presence_calls"})")));
  EXPECT_EQ(shard.metrics.read(Count::limit_presence_calls), 2u);
  shard.advance(std::chrono::milliseconds(100));
  tracks(4);
  EXPECT_EQ(outcomes.back(), "ok");
}

TEST_F(Presences, OfOneSocketDoNotCountForAnother) {
  shard.limits.presence_calls = {.per_second = 1, .burst = 1};
  std::vector<std::string> outcomes;
  shard.on("track", [&outcomes](Scripted& room, const Payload&) {
    outcomes.push_back(outcome(room.track("ada", {})));
    return noreply;
  });
  for (int i = 0; i < 2; ++i) shard.member()->says(R"(["1","2","room:a","track",{}])");
  EXPECT_THAT(outcomes, ElementsAre("ok", "ok"));
}

TEST_F(Presences, ThatTheHomeRefusesAreGoneAndTheChannelIsTold) {
  std::vector<std::string> told;
  script.refused = [&told](Scripted& room, std::string_view key, PresenceError why) {
    told.push_back(std::string(key) + " " + std::string(to_string(why)));
    EXPECT_EQ(outcome(room.presence().update(key, Payload())), "nopresence");
  };
  shard.on("track", [](Scripted& room, const Payload&) {
    EXPECT_EQ(outcome(room.track("ada", {})), "ok");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","track",{}])");
  shard.presence.refused(PresenceError::too_many_keys);
  EXPECT_THAT(told, IsEmpty()) << "in its turn";
  shard.run();
  EXPECT_THAT(told, ElementsAre("ada too_many_keys"));
  client->says(R"(["1","3","room:a","track",{}])");
  EXPECT_EQ(shard.presence.calls.size(), 2u) << "it may be tried again";
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Presences, ARefusalOfWhatWasTrackedAnewMeanwhileIsPast) {
  int told = 0;
  script.refused = [&told](Scripted&, std::string_view, PresenceError) { ++told; };
  shard.on("track", [](Scripted& room, const Payload&) {
    room.presence().untrack("ada");
    EXPECT_EQ(outcome(room.track("ada", {})), "ok");
    return noreply;
  });
  shard.on("update", [](Scripted& room, const Payload&) {
    EXPECT_EQ(outcome(room.presence().update("ada", Payload())), "ok");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","track",{}])");
  auto first = std::move(shard.presence.refused);
  client->says(R"(["1","3","room:a","track",{}])");
  first(PresenceError::too_many_metas);
  client->says(R"(["1","4","room:a","update",{}])");
  EXPECT_EQ(told, 0);
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Presences, ARefusalThatComesAfterTheChannelIsNothing) {
  shard.on("track", [](Scripted& room, const Payload&) {
    (void)room.track("ada", {});
    return stop();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","track",{}])");
  shard.presence.refused(PresenceError::too_many_keys);
  EXPECT_THAT(client->received(), ElementsAre(closed("1", "room:a")));
}

}  // namespace
}  // namespace roost::channel::testing
