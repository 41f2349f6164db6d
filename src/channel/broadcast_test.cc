// PROTOCOL §5.4: broadcasts, fastlane, intercept, other topics.
#include <stdexcept>

#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Broadcasts : public ChannelTest {
 protected:
  /// Channels hear "news" and push what they hear.
  void listen_to_news(int times = 1) {
    script.join = [times](Scripted& room, const Payload&) {
      for (int i = 0; i < times; ++i) room.subscribe("news");
      return ok();
    };
    script.on_broadcast = [](Scripted& room, const Broadcast& heard) {
      room.push(std::string(heard.topic) + " " + std::string(heard.event), heard.payload);
    };
  }
};

TEST_F(Broadcasts, B1_ReachEverySubscriberAndTheSender) {
  shard.on("shout", [](Scripted& room, const Payload& payload) {
    room.broadcast("shout", payload);
    return noreply;
  });
  auto one = shard.member();
  auto two = shard.member("7");
  one->says(R"(["1","2","room:a","shout",{"a":1}])");
  EXPECT_THAT(one->received(), ElementsAre(broadcast("room:a", "shout", R"({"a":1})")));
  EXPECT_THAT(two->received(), ElementsAre(broadcast("room:a", "shout", R"({"a":1})")));
}

TEST_F(Broadcasts, B1_BroadcastFromSkipsTheSendingChannelAlone) {
  shard.on("shout", [](Scripted& room, const Payload&) {
    room.broadcast_from("shout");
    return noreply;
  });
  auto one = shard.member();
  auto two = shard.member();
  one->says(R"(["1","2","room:a","shout",{}])");
  EXPECT_THAT(one->received(), IsEmpty());
  EXPECT_THAT(two->received(), ElementsAre(broadcast("room:a", "shout")));
}

TEST_F(Broadcasts, B3_AreEncodedOnceForEachSerializer) {
  auto v1 = shard.client(wire::v1_json());
  v1->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  v1->received();
  auto v2 = shard.member();
  shard.broadcasts("room:a", "x", R"({"a":1})");
  EXPECT_THAT(v1->received(), ElementsAre(R"({"event":"x","payload":{"a":1},"ref":null,"topic":"room:a"})"));
  EXPECT_THAT(v2->received(), ElementsAre(broadcast("room:a", "x", R"({"a":1})")));
}

TEST_F(Broadcasts, B3_PassByAChannelWhoseCoroutineWaits) {
  shard.on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","wait",{}])");
  shard.broadcasts("room:a", "x");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "x")));
}

TEST_F(Broadcasts, F4_BytesDoNotReachV1ClientsAndHurtNobody) {
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

TEST_F(Broadcasts, B4_InterceptedEventsGoToTheChannelInstead) {
  script.intercepted = [](Scripted& room, const Payload& payload) {
    room.push("intercepted", {{"was", payload.json()}});
  };
  auto client = shard.member();
  shard.broadcasts("room:a", "intercepted", R"({"a":1})");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "intercepted", R"({"was":{"a":1}})")));
}

TEST_F(Broadcasts, B4_InterceptedEventsWaitForACoroutine) {
  script.intercepted = [](Scripted& room, const Payload&) { room.push("seen"); };
  shard.on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","wait",{}])");
  shard.broadcasts("room:a", "intercepted");
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), push("1", "room:a", "seen")));
}

TEST_F(Broadcasts, B4_AnInterceptMayBroadcastAgain) {
  script.intercepted = [](Scripted& room, const Payload&) { room.broadcast("passed on"); };
  auto client = shard.member();
  shard.broadcasts("room:a", "intercepted");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "passed on")));
}

TEST_F(Broadcasts, B5_OtherTopicsAreHeardInOnBroadcast) {
  listen_to_news();
  auto client = shard.member();
  shard.broadcasts("news", "rain", R"({"mm":3})");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "news rain", R"({"mm":3})")));
}

TEST_F(Broadcasts, B5_ACopyOfTheOwnTopicGoesToTheIntercept) {
  script.join = [](Scripted& room, const Payload&) {
    room.subscribe(room.topic());
    return ok();
  };
  script.intercepted = [](Scripted& room, const Payload&) { room.push("seen"); };
  auto client = shard.member();
  shard.broadcasts("room:a", "intercepted");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "seen"), push("1", "room:a", "seen")));
}

TEST_F(Broadcasts, B5_ACopyOfTheOwnTopicWithoutAnInterceptCrashes) {
  script.join = [](Scripted& room, const Payload&) {
    room.subscribe(room.topic());
    return ok();
  };
  auto client = shard.member();
  shard.broadcasts("room:a", "x");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "x"), crashed("1", "room:a")));
}

TEST_F(Broadcasts, B6_WrongPayloadsAreToldToThePublisher) {
  std::vector<std::string> thrown;
  shard.on("shout", [&thrown](Scripted& room, const Payload&) {
    const auto note = [&thrown](auto call) {
      try {
        call();
      } catch (const std::invalid_argument& error) {
        thrown.push_back(error.what());
      }
    };
    note([&room] { room.broadcast("x", 7); });
    note([&room] { room.broadcast("x", boost::json::array{1}); });
    note([&room] { room.broadcast(std::string(256, 'x'), Payload::bytes("b")); });
    note([&room] { room.broadcast(std::string(255, 'x'), Payload::bytes("b")); });
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","shout",{}])");
  EXPECT_THAT(thrown,
              ElementsAre("broadcast: a payload is an object or bytes", "broadcast: a payload is an object or bytes",
                          "broadcast: topic and event of a binary message have at most 255 bytes"));
  EXPECT_EQ(client->received().size(), 1u);
}

TEST_F(Broadcasts, B7_ReservedNamesReachClientsWithNullRefs) {
  shard.on("end", [](Scripted& room, const Payload&) {
    room.broadcast("phx_close");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","end",{}])");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "phx_close")));
}

TEST_F(Broadcasts, B8_TwiceSubscribedIsTwiceHeard) {
  listen_to_news(2);
  auto client = shard.member();
  shard.broadcasts("news", "x");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "news x"), push("1", "room:a", "news x")));
}

TEST_F(Broadcasts, B8_UnsubscribeEndsAllOfThem) {
  listen_to_news(2);
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

TEST_F(Broadcasts, AChannelMayUnsubscribeWhileItHears) {
  listen_to_news(2);
  script.on_broadcast = [](Scripted& room, const Broadcast&) {
    room.unsubscribe("news");
    room.push("heard");
  };
  auto client = shard.member();
  shard.broadcasts("news", "x");
  shard.broadcasts("news", "y");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "heard"), push("1", "room:a", "heard")));
}

TEST_F(Broadcasts, SubscriptionsOfAChannelHaveAMaximum) {
  bool refused = false;
  script.join = [&refused](Scripted& room, const Payload&) {
    for (std::size_t i = 0; i < limits::kSubscriptionsPerChannelMax; ++i) room.subscribe("news");
    try {
      room.subscribe("news");
    } catch (const std::length_error&) {
      refused = true;
    }
    return ok();
  };
  auto client = shard.member();
  EXPECT_TRUE(refused);
}

TEST_F(Broadcasts, AnInterceptedFloodBeyondTheInboxCrashesTheChannel) {
  int seen = 0;
  script.intercepted = [&seen](Scripted&, const Payload&) { ++seen; };
  auto client = shard.member();
  for (std::size_t i = 0; i <= shard.limits.inbox_items_max; ++i) shard.hub.publish({"room:a", "intercepted", "{}"}, 0);
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_EQ(seen, 0);
  EXPECT_TRUE(shard.log.has("inbox full"));
}

// What a channel tracks; the rest of presence is the tracker's.

using Presences = Broadcasts;

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

TEST_F(Presences, HaveLimits) {
  int refused = 0;
  shard.on("here", [&refused](Scripted& room, const Payload&) {
    const auto count = [&refused](auto call) {
      try {
        call();
      } catch (const std::exception&) {
        ++refused;
      }
    };
    count([&room] { (void)room.track(std::string(limits::kPresenceKeyBytesMax + 1, 'k'), {}); });
    count([&room] { (void)room.track("k", {{"m", std::string(limits::kPresenceMetaBytesMax, 'm')}}); });
    count([&room] { (void)room.track("k", 7); });
    for (std::size_t i = 0; i < limits::kPresencesPerChannelMax; ++i) (void)room.track(std::to_string(i), {});
    count([&room] { (void)room.track("one more", {}); });
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","here",{}])");
  EXPECT_EQ(refused, 4);
}

}  // namespace
}  // namespace roost::channel::testing
