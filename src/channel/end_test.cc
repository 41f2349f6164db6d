// PROTOCOL §5.6: how a channel ends, and what the client sees.
#include <stdexcept>

#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Ends : public ChannelTest {
 protected:
  /// The channel pushes "bye" in terminate.
  void say_bye() {
    script.terminate = [](Scripted& room, const End&) { room.push("bye"); };
  }
};

Reply fails(Scripted&, const Payload&) {
  throw std::runtime_error("boom");
}

TEST_F(Ends, LeaveIsRepliedThenClosed) {
  auto client = shard.member();
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), closed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate left"));
  EXPECT_EQ(script.alive, 0);
}

TEST_F(Ends, StopWithNormalOrShutdownCloses) {
  for (const char* reason : {"normal", "shutdown"}) {
    script.said.clear();
    shard.on("stop", [reason](Scripted&, const Payload&) { return stop(reason); });
    auto client = shard.member();
    client->says(R"(["1","2","room:a","stop",{}])");
    EXPECT_THAT(client->received(), ElementsAre(closed("1", "room:a")));
    EXPECT_THAT(script.said, ElementsAre("terminate " + std::string(reason)));
  }
}

TEST_F(Ends, StopWithAnyOtherReasonIsAnError) {
  shard.on("stop", [](Scripted&, const Payload&) { return stop("out of milk"); });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","stop",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate out of milk"));
  EXPECT_FALSE(shard.log.has("crashed"));  // it was asked for
}

TEST_F(Ends, StopMayReplyFirst) {
  shard.on("stop", [](Scripted&, const Payload&) { return stop("shutdown", ok({{"last", 1}})); });
  shard.on("fail", [](Scripted&, const Payload&) { return stop("bad", error()); });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","stop",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a", "ok", R"({"last":1})"), closed("1", "room:a")));
  client->joins("room:a", "3");
  client->says(R"(["3","4","room:a","fail",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("3", "4", "room:a", "error"), crashed("3", "room:a")));
}

TEST_F(Ends, ACrashInAHandlerIsAnErrorAndIsLoggedOnce) {
  shard.on("crash", fails);
  auto client = shard.member();
  client->says(R"(["1","2","room:a","crash",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate error"));
  EXPECT_EQ(
      shard.log.count(
          "channel crashed in=handler topic=room:a event=crash channel=roost::channel::testing::Scripted error=boom"),
      1u);
  EXPECT_EQ(script.alive, 0);
}

TEST_F(Ends, ACrashLeavesOtherChannelsAlone) {
  shard.on("crash", fails);
  shard.on("ping", answers);
  auto client = shard.member();
  client->joins("room:b", "2");
  client->says(R"(["1","3","room:a","crash",{}])");
  client->says(R"(["2","4","room:b","ping",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a"), reply("2", "4", "room:b")));
}

TEST_F(Ends, AReplyThatCannotBeEncodedIsACrash) {
  shard.on("bytes", [](Scripted&, const Payload&) { return ok(Payload::bytes("x")); });
  auto client = shard.client(wire::v1_json());
  client->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  client->received();
  client->says(R"({"topic":"room:a","event":"bytes","payload":{},"ref":"2"})");
  EXPECT_THAT(client->received(),
              ElementsAre(R"({"event":"phx_error","payload":{"reason":"channel_crash"},"ref":null,"topic":"room:a"})"));
}

TEST_F(Ends, ACrashInTerminateIsLoggedAndTheEndGoesOn) {
  script.terminate = [](Scripted&, const End&) { throw std::runtime_error("boom"); };
  auto client = shard.member();
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), closed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("in=terminate"));
  EXPECT_EQ(script.alive, 0);
}

TEST_F(Ends, ACrashInATimerIsAnError) {
  shard.on("arm", [](Scripted& room, const Payload&) {
    room.after(milliseconds(5), [] { throw std::runtime_error("boom"); });
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","arm",{}])");
  shard.advance(milliseconds(5));
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

TEST_F(Ends, ACrashInOnBroadcastIsAnError) {
  script.on_broadcast = [](Scripted&, const Broadcast&) { throw std::runtime_error("boom"); };
  script.join = [](Scripted& room, const Payload&) {
    room.subscribe("news");
    return ok();
  };
  auto client = shard.member();
  shard.broadcasts("news", "x");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("in=on_broadcast topic=room:a event=x"));
}

TEST_F(Ends, ASubscriberWithoutOnBroadcastCrashes) {
  script.join = [](Scripted& room, const Payload&) {
    room.subscribe("news");
    return ok();
  };
  auto client = shard.member();
  shard.broadcasts("news", "x");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

/// Tells the subscribers of `topic` that broadcasts were lost on their way to this shard.
void miss(Shard& shard, std::string_view topic) {
  std::vector<std::uint64_t> slots(pubsub::Interest::kSlots / 64);
  const std::size_t slot = pubsub::Interest::slot(topic);
  slots[slot / 64] |= 1ull << slot % 64;
  shard.table.missed(slots);
  shard.run();
}

TEST_F(Ends, AChannelThatMissedBroadcastsIsAnError) {
  auto client = shard.member();
  client->joins("room:b", "2");
  miss(shard, "room:b");
  EXPECT_THAT(client->received(), ElementsAre(crashed("2", "room:b")));
  EXPECT_EQ(shard.log.count("broadcasts were lost"), 1u);
  EXPECT_THAT(script.said, ElementsAre("terminate error"));
}

TEST_F(Ends, AChannelThatMissedBroadcastsOfAnotherTopicIsAnError) {
  script.join = [](Scripted& channel, const Payload&) {
    channel.subscribe("news");
    return ok();
  };
  auto client = shard.member();
  miss(shard, "news");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

TEST_F(Ends, AJoinThatMissedBroadcastsWhileItWaitedIsAnErrorBehindItsReply) {
  script.join = [](Scripted&, const Payload&) -> Task<JoinReply> {
    co_await sleep_for(std::chrono::milliseconds(100));
    co_return ok();
  };
  auto client = shard.client();
  client->says(frame("1", "1", "room:a", "phx_join"));
  miss(shard, "room:a");
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(std::chrono::milliseconds(100));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a"), crashed("1", "room:a")));
}

TEST_F(Ends, ASocketThatMayHaveMissedItsDisconnectIsDisconnected) {
  auto client = shard.client_named("users:ada");
  miss(shard, "users:ada");
  EXPECT_THAT(client->closes(), ElementsAre(Outlet::Close::disconnected));
}

TEST_F(Ends, ACrashInAnInterceptIsAnError) {
  script.intercepted = [](Scripted&, const Payload&) { throw std::runtime_error("boom"); };
  auto client = shard.member();
  shard.broadcasts("room:a", "intercepted");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("in=intercept topic=room:a event=intercepted"));
}

TEST_F(Ends, E2_PushesOfTerminateComeBehindAClose) {
  say_bye();
  shard.on("stop", [](Scripted&, const Payload&) { return stop(); });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "2", "room:a"), closed("1", "room:a"), push("1", "room:a", "bye")));
  client->joins("room:a", "3");
  client->says(R"(["3","4","room:a","stop",{}])");
  EXPECT_THAT(client->received(), ElementsAre(closed("3", "room:a"), push("3", "room:a", "bye")));
}

TEST_F(Ends, E2_PushesOfTerminateComeBeforeAnError) {
  say_bye();
  shard.on("crash", fails);
  shard.on("stop", [](Scripted&, const Payload&) { return stop("odd"); });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","crash",{}])");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "bye"), crashed("1", "room:a")));
  client->joins("room:a", "3");
  client->says(R"(["3","4","room:a","stop",{}])");
  EXPECT_THAT(client->received(), ElementsAre(push("3", "room:a", "bye"), crashed("3", "room:a")));
}

TEST_F(Ends, E3_AfterTheEndTheTopicIsNotJoined) {
  auto client = shard.member();
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  client->received();
  client->says(R"(["1","3","room:a","x",{}])");
  client->says(R"(["1","4","room:a","phx_leave",{}])");
  client->says(R"(["5","5","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(unmatched("3", "room:a"), reply("1", "4", "room:a"), reply("5", "5", "room:a")));
}

TEST_F(Ends, E6_NoBroadcastIsDeliveredBehindTheClose) {
  script.terminate = [](Scripted& room, const End&) { room.broadcast("obituary"); };
  auto client = shard.member();
  auto other = shard.member();
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), closed("1", "room:a")));
  EXPECT_THAT(other->received(), ElementsAre(broadcast("room:a", "obituary")));
}

TEST_F(Ends, ConnectionEndTerminatesEveryChannelSilently) {
  say_bye();
  auto client = shard.member();
  client->joins("room:b", "2");
  client->ends();
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_THAT(script.said, ElementsAre("terminate closed", "terminate closed"));
  EXPECT_EQ(script.alive, 0);
  EXPECT_EQ(shard.table.topics(), 0u);
}

TEST_F(Ends, ConnectionEndNamesItsReason) {
  const std::vector<std::pair<EndReason, std::string>> cases = {{EndReason::closed, "closed"},
                                                                {EndReason::disconnected, "disconnected"},
                                                                {EndReason::inactive, "inactive"},
                                                                {EndReason::drained, "draining"}};
  for (const auto& [reason, text] : cases) {
    script.said.clear();
    auto client = shard.member();
    client->ends(reason);
    EXPECT_THAT(script.said, ElementsAre("terminate " + text));
  }
}

TEST_F(Ends, ConnectionEndBroadcastsObituariesToTheOthers) {
  script.terminate = [](Scripted& room, const End&) { room.broadcast("obituary"); };
  auto client = shard.member();
  client->joins("room:b", "2");
  auto other = shard.member();
  client->vanishes();
  EXPECT_THAT(other->received(), ElementsAre(broadcast("room:a", "obituary")));
}

TEST_F(Ends, DrainAsksTheTransportOnce) {
  shard.on("drain", [](Scripted& room, const Payload&) {
    room.drain();
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","drain",{}])");
  EXPECT_THAT(client->closes(), ElementsAre(Outlet::Close::drained));
}

TEST_F(Ends, TimersEndWithTheChannel) {
  shard.on("arm", [](Scripted& room, const Payload&) {
    room.after(milliseconds(5), [&room] { room.push("tick"); });
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","arm",{}])");
  EXPECT_EQ(shard.executor->timers(), 1u);
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  EXPECT_EQ(shard.executor->timers(), 0u);
}

TEST_F(Ends, ATimerThatWasDueIsNotRunBehindALeave) {
  shard.on("arm", [](Scripted& room, const Payload&) {
    room.after(milliseconds(0), [&room] { room.push("tick"); });
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","arm",{}])");
  client->sends(R"(["1","3","room:a","phx_leave",{}])");
  shard.advance(milliseconds(1));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "3", "room:a"), closed("1", "room:a")));
}

TEST_F(Ends, WhatTerminateTakesIsGivenBack) {
  script.terminate = [](Scripted& room, const End&) {
    room.subscribe("news");
    room.after(milliseconds(1), [] {});
    (void)room.track("ghost", {});
  };
  auto client = shard.member();
  client->says(R"(["1","2","room:a","phx_leave",{}])");
  EXPECT_EQ(shard.table.topics(), 0u);
  EXPECT_EQ(shard.executor->timers(), 0u);
  EXPECT_THAT(shard.presence.calls, ElementsAre("track room:a ghost {\"phx_ref\":\"F1\"}", "untrack_all room:a"));
}

TEST_F(Ends, TwoLeavesAreOneEnd) {
  shard.on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","wait",{}])");
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  client->says(R"(["1","4","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(), IsEmpty());
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "2", "room:a"), reply("1", "3", "room:a"), closed("1", "room:a")));
}

// PROTOCOL §5.5

using DuplicateJoin = Ends;

TEST_F(DuplicateJoin, D1_NewReplyFirstThenTheOldClose) {
  auto client = shard.member("1");
  client->says(R"(["2","2","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("2", "2", "room:a"), closed("1", "room:a")));
  EXPECT_THAT(script.said, IsEmpty());  // terminate is not called
  EXPECT_EQ(script.alive, 1);
  EXPECT_TRUE(shard.log.has("debug duplicate join topic=room:a"));
}

TEST_F(DuplicateJoin, D1_FramesOfTheNewChannelComeBehindTheOldClose) {
  script.join = [](Scripted& room, const Payload&) {
    room.after_join([&room] { room.push("hello"); });
    return ok();
  };
  auto client = shard.member("1");
  client->says(R"(["2","2","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("2", "2", "room:a"), closed("1", "room:a"), push("2", "room:a", "hello")));
}

TEST_F(DuplicateJoin, TheOldCloseComesAlsoWhenTheNewJoinIsRefused) {
  auto client = shard.member("1");
  script.join = [](Scripted&, const Payload&) { return refuse({{"reason", "no"}}); };
  client->says(R"(["2","2","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("2", "2", "room:a", "error", R"({"reason":"no"})"), closed("1", "room:a")));
  EXPECT_EQ(client->session().channels(), 0u);
}

TEST_F(DuplicateJoin, BroadcastsAreHeardOnce) {
  auto client = shard.member("1");
  client->joins("room:a", "2");
  client->received();
  shard.broadcasts("room:a", "x");
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "x")));
}

TEST_F(DuplicateJoin, D2_LeaveAndJoinBackToBackGiveOneClose) {
  auto client = shard.member("1");
  client->sends(R"(["1","2","room:a","phx_leave",{}])");
  client->sends(R"(["3","3","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "2", "room:a"), closed("1", "room:a"), reply("3", "3", "room:a")));
}

TEST_F(DuplicateJoin, D2_LeaveThatWaitsIsOvertakenByTheJoin) {
  shard.on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  });
  auto client = shard.member("1");
  client->says(R"(["1","2","room:a","wait",{}])");
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  client->says(R"(["4","4","room:a","phx_join",{}])");
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("4", "4", "room:a"), closed("1", "room:a")));
  EXPECT_FALSE(shard.log.has("duplicate join"));  // §5.5, step 1: not when it was leaving
}

TEST_F(DuplicateJoin, D4_WhatWaitedInTheOldChannelIsLost) {
  shard.on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  });
  shard.on("ping", answers);
  auto client = shard.member("1");
  client->says(R"(["1","2","room:a","wait",{}])");
  client->says(R"(["1","3","room:a","ping",{}])");
  client->says(R"(["4","4","room:a","phx_join",{}])");
  client->says(R"(["1","5","room:a","ping",{}])");  // stale by now
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("4", "4", "room:a"), closed("1", "room:a")));
}

TEST_F(DuplicateJoin, WhileAJoinWaitsItComesBehindIt) {
  script.join = [](Scripted&, const Payload&) -> JoinReply {
    return []() -> Task<JoinReply> {
      co_await sleep_for(milliseconds(10));
      co_return ok();
    }();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  client->says(R"(["2","2","room:a","phx_join",{}])");
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a")));
  shard.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("2", "2", "room:a"), closed("1", "room:a")));
  EXPECT_EQ(script.alive, 1);
}

// PROTOCOL §5.7

using SocketIds = Ends;

TEST_F(SocketIds, S1_DisconnectOnTheIdAsksForTheEndOfEveryConnectionOfIt) {
  auto one = shard.client_named("users:1");
  auto two = shard.client_named("users:1");
  auto other = shard.client_named("users:2");
  shard.broadcasts("users:1", "disconnect", R"({"any":"payload"})");
  EXPECT_THAT(one->closes(), ElementsAre(Outlet::Close::disconnected));
  EXPECT_THAT(two->closes(), ElementsAre(Outlet::Close::disconnected));
  EXPECT_THAT(other->closes(), IsEmpty());
  EXPECT_THAT(one->received(), IsEmpty());
}

TEST_F(SocketIds, S2_OtherEventsOnTheIdAreIgnored) {
  auto client = shard.client_named("users:1");
  shard.broadcasts("users:1", "Disconnect");
  EXPECT_THAT(client->closes(), IsEmpty());
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(SocketIds, S3_DisconnectOnAChannelTopicIsAnOrdinaryEvent) {
  auto client = shard.member();
  shard.broadcasts("room:a", "disconnect");
  EXPECT_THAT(client->closes(), IsEmpty());
  EXPECT_THAT(client->received(), ElementsAre(broadcast("room:a", "disconnect")));
}

TEST_F(SocketIds, AnEndedConnectionIsNotAskedAgain) {
  auto client = shard.client_named("users:1");
  client->ends(EndReason::disconnected);
  shard.broadcasts("users:1", "disconnect");
  EXPECT_THAT(client->closes(), IsEmpty());
}

}  // namespace
}  // namespace roost::channel::testing
