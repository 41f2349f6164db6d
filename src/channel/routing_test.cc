// PROTOCOL §5.1: where a client's message goes.
#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

class Routing : public ChannelTest {};

TEST_F(Routing, Rule1_HeartbeatIsAnsweredWithANullJoinRef) {
  auto client = shard.client();
  client->says(R"(["77","3","phoenix","heartbeat",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("null", "3", "phoenix")));
}

TEST_F(Routing, Rule1_HeartbeatIsAnsweredWhateverItsPayload) {
  auto client = shard.client();
  client->says(R"([null,4,"phoenix","heartbeat",[1,2]])");
  EXPECT_THAT(client->received(), ElementsAre(R"([null,4,"phoenix","phx_reply",{"response":{},"status":"ok"}])"));
}

TEST_F(Routing, Rule2_JoinStartsAChannel) {
  auto client = shard.client();
  client->says(R"(["1","1","room:a","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "1", "room:a")));
  EXPECT_EQ(client->session().channels(), 1u);
  EXPECT_EQ(script.alive, 1);
}

TEST_F(Routing, Rule4_LeaveWithAStaleJoinRefIsIgnored) {
  auto client = shard.member();
  client->says(R"(["stale","2","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_EQ(client->session().channels(), 1u);
}

TEST_F(Routing, Rule4_LeaveWithANullJoinRefIsTaken) {
  auto client = shard.member();
  client->says(R"([null,"2","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), closed("1", "room:a")));
}

TEST_F(Routing, Rule5_EventGoesToTheChannel) {
  shard.on("ping", answers);
  auto client = shard.member();
  client->says(R"(["1","2","room:a","ping",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
}

TEST_F(Routing, Rule5_EventWithAStaleJoinRefIsDropped) {
  shard.on("ping", answers);
  auto client = shard.member();
  client->says(R"(["0","2","room:a","ping",{}])");
  client->says(R"([1,"2","room:a","ping",{}])");  // a number is not its string: F6
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Routing, Rule5_EventWithANullJoinRefIsTaken) {
  shard.on("ping", answers);
  auto client = shard.member();
  client->says(R"([null,"2","room:a","ping",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
}

TEST_F(Routing, Rule5_ReservedNamesReachTheHandler) {
  for (const char* event : {"phx_reply", "phx_close", "phx_error"}) shard.on(event, answers);
  auto client = shard.member();
  client->says(R"(["1","2","room:a","phx_reply",{}])");
  client->says(R"(["1","3","room:a","phx_close",{}])");
  client->says(R"(["1","4","room:a","phx_error",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "2", "room:a"), reply("1", "3", "room:a"), reply("1", "4", "room:a")));
}

TEST_F(Routing, Rule6_LeaveOfATopicThatIsNotJoinedIsOk) {
  auto client = shard.client();
  client->says(R"(["3","6","room:zz","phx_leave",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("3", "6", "room:zz")));
}

TEST_F(Routing, Rule6_LeaveOfATopicThatIsNoStringIsOkToo) {
  auto client = shard.client();
  client->says(R"(["3","6",{"a":1},"phx_leave",{}])");
  EXPECT_THAT(client->received(), ElementsAre(R"(["3","6",{"a":1},"phx_reply",{"response":{},"status":"ok"}])"));
}

TEST_F(Routing, Rule7_EventOnATopicThatIsNotJoinedIsUnmatched) {
  auto client = shard.client();
  client->says(R"(["3","5","room:zz","x",{}])");
  EXPECT_THAT(client->received(), ElementsAre(unmatched("5", "room:zz")));
}

TEST_F(Routing, Rule7_TopicsOfOtherTypesAreEchoed) {
  auto client = shard.client();
  client->says(R"(["3","5",[1,"a"],"x",{}])");
  client->says(R"(["3","6",null,"phx_join",{}])");
  EXPECT_THAT(
      client->received(),
      ElementsAre(R"([null,"5",[1,"a"],"phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}])",
                  R"([null,"6",null,"phx_reply",{"response":{"reason":"unmatched topic"},"status":"error"}])"));
}

TEST_F(Routing, R1_JoinWithoutJoinRefUsesItsRefForTheChannel) {
  shard.on("ping", [](Scripted& room, const Payload&) {
    room.push("pushed");
    return ok();
  });
  auto client = shard.client();
  client->says(R"([null,"1","room:a","phx_join",{}])");
  client->says(R"(["1","2","room:a","ping",{}])");  // stale: the stored join_ref is null
  client->says(R"([null,"3","room:a","ping",{}])");
  client->says(R"([null,"4","room:a","phx_leave",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(reply("null", "1", "room:a"), push("1", "room:a", "pushed"), reply("1", "3", "room:a"),
                          reply("1", "4", "room:a"), closed("null", "room:a")));
}

TEST_F(Routing, R1_CrashOfAChannelWithoutJoinRefHasNullRefs) {
  auto client = shard.client();
  client->says(R"([null,"1","room:a","phx_join",{}])");
  client->received();
  client->says(R"([null,"2","room:a","no such event",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("null", "room:a")));
}

TEST_F(Routing, R2_OtherEventsOnPhoenixAreUnmatched) {
  auto client = shard.client();
  client->says(R"([null,"1","phoenix","shout",{}])");
  client->says(R"([null,"2","phoenix","phx_join",{}])");
  EXPECT_THAT(client->received(), ElementsAre(unmatched("1", "phoenix"), unmatched("2", "phoenix")));
}

TEST_F(Routing, F6_RefsKeepTheirTypes) {
  shard.on("ping", answers);
  auto client = shard.client();
  client->says(R"([8,1.5,"room:a","phx_join",{}])");
  client->says(R"([8,{"a":[true]},"room:a","ping",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(R"([8,1.5,"room:a","phx_reply",{"response":{},"status":"ok"}])",
                          R"([8,{"a":[true]},"room:a","phx_reply",{"response":{},"status":"ok"}])"));
}

TEST_F(Routing, F12_BinaryMessageWithoutJoinRefIsStale) {
  shard.on("ping", answers);
  auto client = shard.member();
  EXPECT_TRUE(client->sends_binary(std::string("\x00\x00\x01\x06\x04", 5) + "2room:apingdata"));
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_TRUE(client->sends_binary(std::string("\x00\x01\x01\x06\x04", 5) + "12room:apingdata"));
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
}

TEST_F(Routing, X1_UndecodableMessagesEndTheConnection) {
  auto client = shard.client();
  EXPECT_FALSE(client->sends("{}"));
  EXPECT_FALSE(client->sends(R"(["1","1","room:a","phx_join"])"));
  EXPECT_FALSE(client->sends("nonsense"));
  EXPECT_FALSE(client->sends_binary("\x02"));
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Routing, AnEndedConnectionHearsNothing) {
  auto client = shard.member();
  client->ends();
  EXPECT_TRUE(client->sends(R"(["1","2","room:a","phx_leave",{}])"));
  EXPECT_TRUE(client->sends("nonsense"));
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Routing, V1ClientsSpeakObjects) {
  shard.on("ping", answers);
  auto client = shard.client(wire::v1_json());
  client->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  client->says(R"({"topic":"room:a","event":"ping","payload":{},"ref":"2"})");
  EXPECT_THAT(
      client->received(),
      ElementsAre(R"({"event":"phx_reply","payload":{"response":{},"status":"ok"},"ref":"1","topic":"room:a"})",
                  R"({"event":"phx_reply","payload":{"response":{},"status":"ok"},"ref":"2","topic":"room:a"})"));
}

}  // namespace
}  // namespace roost::channel::testing
