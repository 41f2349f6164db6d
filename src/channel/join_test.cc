// PROTOCOL §5.2: joining.
#include <stdexcept>

#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

using Join = ChannelTest;

TEST_F(Join, Step1_UnknownTopicIsUnmatchedWithANullJoinRef) {
  auto client = shard.client();
  client->says(R"(["1","1","hall:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(unmatched("1", "hall:a")));
}

TEST_F(Join, Step1_FirstPatternThatFitsWins) {
  Script first, second;
  shard.mount.routes_.clear();
  shard.mount.channel<Scripted>("room:vip", std::ref(first)).channel<Scripted>("*", std::ref(second));
  auto client = shard.client();
  client->joins("room:vip");
  client->joins("anything", "2");
  client->joins("room:vi", "3");
  EXPECT_EQ(first.alive, 1);
  EXPECT_EQ(second.alive, 2);
  client->vanishes();
}

TEST_F(Join, Step2_ChannelBeyondTheMaximumIsRefused) {
  Shard small;
  small.limits.channels_max = 2;
  auto client = small.client();
  client->joins("room:a", "1");
  client->joins("room:b", "2");
  client->says(R"(["3","3","room:c","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("3", "3", "room:c", "error", R"({"reason":"too many channels joined"})")));
  EXPECT_EQ(small.script.alive, 2);
}

TEST_F(Join, Step2_DuplicateJoinAtTheMaximumWorks) {
  Shard small;
  small.limits.channels_max = 1;
  auto client = small.client();
  client->joins("room:a", "1");
  client->says(R"(["2","2","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("2", "2", "room:a"), closed("1", "room:a")));
}

TEST_F(Join, Step2_ALeavingChannelStillCounts) {
  Shard small;
  small.limits.channels_max = 1;
  small.on("wait", [](Scripted&, const Payload&) -> Reply {
    return []() -> Task<Reply> {
      co_await sleep_for(milliseconds(10));
      co_return noreply;
    }();
  });
  auto client = small.client();
  client->joins("room:a");
  client->says(R"(["1","2","room:a","wait",{}])");
  client->says(R"(["1","3","room:a","phx_leave",{}])");
  client->says(R"(["4","4","room:b","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("4", "4", "room:b", "error", R"({"reason":"too many channels joined"})")));
  small.advance(milliseconds(10));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "3", "room:a"), closed("1", "room:a")));
}

TEST_F(Join, Step3_ParamsReachTheChannel) {
  script.join = [](Scripted& room, const Payload& params) {
    return ok({{"topic", room.topic()}, {"params", params.json()}});
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{"token":"x"}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "1", "room:a", "ok", R"({"topic":"room:a","params":{"token":"x"}})")));
}

TEST_F(Join, Step3_ChannelsSeeTheStateOfConnect) {
  script.join = [](Scripted& room, const Payload&) { return ok({{"user", room.socket().state<std::string>()}}); };
  auto client = shard.client(wire::v2_json(), accept(std::string("ada"), "users:1"));
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "ok", R"({"user":"ada"})")));
}

TEST_F(Join, Step3_AStateOfAnotherTypeIsSaidWithBothNames) {
  std::string said;
  script.join = [&said](Scripted& room, const Payload&) {
    try {
      room.socket().state<std::vector<std::string>>();
    } catch (const WrongUserType& error) {
      said = error.what();
    }
    return ok();
  };
  const auto asked = [&](Accept accepted) {
    shard.client(wire::v2_json(), std::move(accepted))->says(R"(["1","1","room:a","phx_join",{}])");
    return said;
  };
  const std::string asks = "user<std::vector<std::string, std::allocator<std::string > >>: connect gave accept(…) ";
  EXPECT_EQ(asked(accept(std::string("ada"))), asks + "a std::string");
  EXPECT_EQ(asked(accept(7)), asks + "a int");
  EXPECT_EQ(asked(accept()), asks + "nothing");
}

TEST_F(Join, Step3_AViewIsKeptAsText) {
  script.join = [](Scripted& room, const Payload&) { return ok(room.socket().state<std::string>()); };
  for (const Accept& accepted : {accept("ada"), accept(std::string_view("ada"))}) {
    auto client = shard.client(wire::v2_json(), accepted);
    client->says(R"(["1","1","room:a","phx_join",{}])");
    EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "ok", "\"ada\"")));
  }
}

TEST_F(Join, Step4_ResponseMayBeAnyJsonOrBytes) {
  script.join = [](Scripted& room, const Payload&) {
    if (room.topic() == "room:n") return ok(7);
    return ok(Payload::bytes("\x01\x02"));
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:n","phx_join",{}])");
  client->says(R"(["2","2","room:b","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:n", "ok", "7"),
                                              "binary 0101010602"
                                              "3232"
                                              "726f6f6d3a62"
                                              "6f6b"
                                              "0102"));
}

TEST_F(Join, Step4_RefusedJoinLeavesNothingBehind) {
  script.join = [](Scripted& room, const Payload&) {
    room.subscribe("elsewhere");
    return refuse({{"reason", "no"}});
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error", R"({"reason":"no"})")));
  EXPECT_EQ(client->session().channels(), 0u);
  EXPECT_EQ(script.alive, 0);
  EXPECT_EQ(shard.table.topics(), 0u);
  client->says(R"(["1","2","room:a","x",{}])");
  EXPECT_THAT(client->received(), ElementsAre(unmatched("2", "room:a")));
}

TEST_F(Join, Step5_CrashIsAnsweredAndLogged) {
  script.join = [](Scripted&, const Payload&) -> JoinReply { throw std::runtime_error("boom"); };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error", R"({"reason":"join crashed"})")));
  EXPECT_TRUE(shard.log.has(
      "error channel crashed in=join topic=room:a event= channel=roost::channel::testing::Scripted error=boom"));
  EXPECT_EQ(script.alive, 0);
}

TEST_F(Join, Step5_AThrowThatIsNoExceptionIsACrashToo) {
  script.join = [](Scripted&, const Payload&) -> JoinReply { throw 7; };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error", R"({"reason":"join crashed"})")));
}

TEST_F(Join, Step5_AChannelThatCannotBeMadeIsACrash) {
  shard.mount.routes_.front().make = []() -> std::unique_ptr<Channel> { throw std::bad_alloc(); };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a", "error", R"({"reason":"join crashed"})")));
}

TEST_F(Join, X1_AReplyThatCannotBeEncodedClosesTheConnection) {  // F4, F11: in Phoenix the connection encodes it
  script.join = [](Scripted&, const Payload&) { return ok(Payload::bytes("x")); };
  auto old = shard.client(wire::v1_json());
  old->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  old->says(R"({"topic":"phoenix","event":"heartbeat","payload":{},"ref":"2"})");
  auto current = shard.client();
  current->says(R"([{},{},"room:a","phx_join",{}])");
  script.join = [](Scripted&, const Payload&) { return refuse(Payload::bytes("x")); };
  auto refused = shard.client();
  refused->says(frame("1", "1", "room:" + std::string(300, 'a'), "phx_join"));
  for (const auto& client : {std::ref(old), std::ref(current), std::ref(refused)}) {
    if (client.get() != old) client.get()->says(R"([null,"2","phoenix","heartbeat",{}])");
    EXPECT_THAT(client.get()->received(), IsEmpty()) << "nothing of it is handled any more";
    EXPECT_THAT(client.get()->closes(), ElementsAre(Outlet::Close::undecodable));
    client.get()->ends();
  }
  EXPECT_THAT(script.said, ElementsAre("terminate closed", "terminate closed")) << "two had joined";
  EXPECT_EQ(shard.table.topics(), 0u);
  EXPECT_EQ(script.alive, 0);
}

TEST_F(Join, R5_PushAndBroadcastInJoinThrow) {
  std::vector<std::string> thrown;
  script.join = [&thrown](Scripted& room, const Payload&) {
    const auto note = [&thrown](auto call) {
      try {
        call();
      } catch (const std::logic_error& error) {
        thrown.push_back(error.what());
      }
    };
    note([&room] { room.push("x"); });
    note([&room] { room.broadcast("x"); });
    note([&room] { room.reply_ref(); });
    note([&room] { (void)room.track("ada", {}); });
    return ok();
  };
  auto client = shard.member();
  EXPECT_THAT(thrown,
              ElementsAre("push before the join was answered: use after_join",
                          "broadcast before the join was answered: use after_join", "reply_ref outside of a handler",
                          "track before the join was answered: use after_join"));
}

TEST_F(Join, R5_AfterJoinRunsBehindTheReplyInOrder) {
  script.join = [](Scripted& room, const Payload&) {
    room.after_join([&room] { room.push("first"); });
    room.after_join([&room] { room.broadcast("second"); });
    return ok();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "1", "room:a"), push("1", "room:a", "first"), broadcast("room:a", "second")));
}

TEST_F(Join, R5_CrashInAfterJoinEndsTheChannelBehindItsReply) {
  script.join = [](Scripted& room, const Payload&) {
    room.after_join([] { throw std::runtime_error("boom"); });
    room.after_join([&room] { room.push("never"); });
    return ok();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a"), crashed("1", "room:a")));
  EXPECT_THAT(script.said, ElementsAre("terminate error"));
  EXPECT_TRUE(shard.log.has("in=after_join"));
}

TEST_F(Join, ParamsThatDoNotFitRefuse) {
  script.join = [](Scripted&, const Payload& params) -> JoinReply {
    const auto wanted = params.as<int>();
    if (!wanted) return wanted.error();
    return ok();
  };
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(HasSubstr(R"({"reason":"invalid payload","path":"","expected":"integer from -2147483648)")));
}

// What came for a channel while its join waited must not block what comes after.

}  // namespace
}  // namespace roost::channel::testing
