// PROTOCOL §5.3: handling messages in the channel; §5.10: the order of frames.
#include <stdexcept>
#include <thread>

#include "channel/channel_testing.h"

namespace roost::channel::testing {
namespace {

using std::chrono::milliseconds;

class Handlers : public ChannelTest {};

TEST_F(Handlers, R7_ReplyCarriesTheChannelsJoinRefAndTheMessagesRef) {
  shard.on("ask", [](Scripted&, const Payload& payload) { return ok(payload); });
  auto client = shard.member();
  client->says(R"([null,"9","room:a","ask",{"x":[1, 2]}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "9", "room:a", "ok", R"({"x":[1, 2]})")));
}

TEST_F(Handlers, R7_MessageWithANullRefIsAnsweredWithIt) {
  shard.on("ask", answers);
  auto client = shard.member();
  client->says(R"(["1",null,"room:a","ask",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "null", "room:a")));
}

TEST_F(Handlers, F9_StatusIsAnyName) {
  shard.on("ask", [](Scripted&, const Payload&) { return roost::reply("try \"later\"", "soon"); });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","ask",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(R"(["1","2","room:a","phx_reply",{"response":"soon","status":"try \"later\""}])"));
}

struct Wordy : Channel {
  static void events(Events<Wordy>& on) {
    for (const char* name : {"a", "ab", "abc", "abcd", "abcdefg", "abcdefgh", "1_abcdefgh", "2_abcdefgh"})
      on.event(name, &Wordy::first);
    on.event("abc", &Wordy::second);  // in its place
  }
  JoinReply join(std::string_view, const Payload&) { return ok(); }
  Reply first() { return roost::reply("first", {}); }
  Reply second() { return roost::reply("second", {}); }
};

TEST_F(Handlers, EventsAreToldApartByTheirWholeName) {
  shard.mount.channel<Wordy>("wordy");
  for (const char* name : {"a", "ab", "abcd", "abcdefg", "abcdefgh", "1_abcdefgh", "2_abcdefgh", "abc"}) {
    const auto client = shard.client();
    client->joins("wordy");
    client->received();
    client->says(R"(["1","2","wordy",")" + std::string(name) + R"(",{}])");
    const std::string_view status = name == std::string_view("abc") ? "second" : "first";
    EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "wordy", status, "{}"))) << name;
  }
  for (const char* name : {"", "b", "3_abcdefgh", "abcdefghi"}) {
    const auto client = shard.client();
    client->joins("wordy");
    client->received();
    client->says(R"(["1","2","wordy",")" + std::string(name) + R"(",{}])");
    EXPECT_THAT(client->received(), ElementsAre(HasSubstr("phx_error"))) << name;
  }
}

TEST_F(Handlers, NoReplySendsNothing) {
  shard.on("tell", [](Scripted&, const Payload&) { return noreply; });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","tell",{}])");
  EXPECT_THAT(client->received(), IsEmpty());
}

TEST_F(Handlers, PayloadsArriveAsTheyWereSent) {
  std::vector<std::string> seen;
  shard.on("take", [&seen](Scripted&, const Payload& payload) {
    seen.push_back((payload.is_binary() ? "bytes " : "json ") + std::string(payload.view()));
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","take", {"a" : 1.50,"b":12345678901234567890} ])");
  client->says(R"(["1","2","room:a","take",null])");
  client->sends_binary(std::string("\x00\x01\x01\x06\x04", 5) + "12room:atake" + std::string("\x00\xff", 2));
  EXPECT_THAT(seen, ElementsAre(R"(json {"a" : 1.50,"b":12345678901234567890})", "json null",
                                "bytes " + std::string("\x00\xff", 2)));
}

TEST_F(Handlers, F15_BytesAnswerInBinary) {
  shard.on("echo", [](Scripted& room, const Payload& payload) {
    room.push("copy", payload);
    return ok(payload);
  });
  auto client = shard.member();
  client->sends_binary(std::string("\x00\x01\x01\x06\x04", 5) + "12room:aecho" + "\x07");
  EXPECT_THAT(client->received(), ElementsAre("binary 00010604"
                                              "31"
                                              "726f6f6d3a61"
                                              "636f7079"
                                              "07",
                                              "binary 0101010602"
                                              "31"
                                              "32"
                                              "726f6f6d3a61"
                                              "6f6b"
                                              "07"));
}

TEST_F(Handlers, R9_EventWithoutAHandlerIsACrash) {
  auto client = shard.member();
  client->says(R"(["1","2","room:a","what",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

TEST_F(Handlers, R10_PushCarriesTheChannelsJoinRef) {
  shard.on("poke", [](Scripted& room, const Payload&) {
    room.push("ouch", {{"a", 1}});
    room.push("plain");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","poke",{}])");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "ouch", R"({"a":1})"), push("1", "room:a", "plain")));
}

TEST_F(Handlers, F8_PushOfSomethingElseThanAnObjectThrows) {
  shard.on("poke", [](Scripted& room, const Payload&) {
    room.push("ouch", 7);
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","poke",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

TEST_F(Handlers, F11_BinaryPushWithALongEventThrows) {
  shard.on("poke", [](Scripted& room, const Payload&) {
    room.push(std::string(256, 'e'), Payload::bytes("x"));
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","poke",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
}

TEST_F(Handlers, B7_ReservedNamesMayBePushed) {
  shard.on("poke", [](Scripted& room, const Payload&) {
    room.push("phx_close");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","poke",{}])");
  EXPECT_THAT(client->received(), ElementsAre(push("1", "room:a", "phx_close")));
  EXPECT_EQ(client->session().channels(), 1u);
}

TEST_F(Handlers, Order2_PushesAndBroadcastsPrecedeTheReply) {
  script.intercepted = [](Scripted& room, const Payload&) { room.push("late"); };
  shard.on("order", [](Scripted& room, const Payload&) {
    room.broadcast("intercepted");
    room.push("one");
    room.broadcast("two");
    room.push("three");
    return ok();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","order",{}])");
  EXPECT_THAT(client->received(),
              ElementsAre(push("1", "room:a", "one"), broadcast("room:a", "two"), push("1", "room:a", "three"),
                          reply("1", "2", "room:a"), push("1", "room:a", "late")));
}

TEST_F(Handlers, R8_ReplyRefAnswersLaterAndAnyNumberOfTimes) {
  std::vector<ReplyRef> refs;
  shard.on("ask", [&refs](Scripted& room, const Payload&) {
    refs.push_back(room.reply_ref());
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","ask",{}])");
  refs[0].reply(ok({{"n", 1}}));
  refs[0].reply(error());
  EXPECT_THAT(client->received(),
              ElementsAre(reply("1", "2", "room:a", "ok", R"({"n":1})"), reply("1", "2", "room:a", "error")));
}

TEST_F(Handlers, R8_AMessageWithoutARefHasNoReplyRef) {
  shard.on("ask", [](Scripted& room, const Payload&) {
    room.reply_ref();
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1",false,"room:a","ask",{}])");
  EXPECT_THAT(client->received(), IsEmpty());
  client->says(R"(["1",null,"room:a","ask",{}])");
  EXPECT_THAT(client->received(), ElementsAre(crashed("1", "room:a")));
  EXPECT_TRUE(shard.log.has("reply_ref of a message that asks for no reply"));
}

TEST_F(Handlers, R8_ReplyRefWorksFromAnotherThread) {
  ReplyRef ref;
  shard.on("ask", [&ref](Scripted& room, const Payload&) {
    ref = room.reply_ref();
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","ask",{}])");
  std::thread([&ref] { ref.reply(ok({{"from", "afar"}})); }).join();
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a", "ok", R"({"from":"afar"})")));
}

TEST_F(Handlers, R8_ReplyRefOutlivesItsChannelButNotItsConnection) {
  ReplyRef ref;
  shard.on("ask", [&ref](Scripted& room, const Payload&) {
    ref = room.reply_ref();
    return stop();
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","ask",{}])");
  client->received();
  ref.reply(ok());
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a")));
  client->ends();
  ref.reply(ok());
  EXPECT_THAT(client->received(), IsEmpty());
  client->vanishes();
  auto next = shard.client();  // in the same slot of the registry
  ref.reply(ok());
  EXPECT_THAT(next->received(), IsEmpty());
}

TEST_F(Handlers, R8_ReplyRefOutlivesTheShard) {
  ReplyRef ref;
  {
    Shard brief;
    brief.on("ask", [&ref](Scripted& room, const Payload&) {
      ref = room.reply_ref();
      return noreply;
    });
    auto client = brief.member();
    client->says(R"(["1","2","room:a","ask",{}])");
  }
  std::thread([&ref] { ref.reply(ok()); }).join();  // a thread that does not know
  ref.reply(ok());
  ReplyRef().reply(ok());  // of no message: nothing
}

TEST_F(Handlers, R8_ReplyBeforeAPushInTheSameHandlerComesBeforeIt) {
  shard.on("ask", [](Scripted& room, const Payload&) {
    room.reply_ref().reply(ok());
    room.push("after");
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","ask",{}])");
  EXPECT_THAT(client->received(), ElementsAre(reply("1", "2", "room:a"), push("1", "room:a", "after")));
}

TEST_F(Handlers, R8_ReplyRefOutsideOfAHandlerThrows) {
  std::string thrown;
  shard.on("arm", [&thrown](Scripted& room, const Payload&) {
    room.after(milliseconds(1), [&room, &thrown] {
      try {
        room.reply_ref();
      } catch (const std::logic_error& error) {
        thrown = error.what();
      }
    });
    return noreply;
  });
  auto client = shard.member();
  client->says(R"(["1","2","room:a","arm",{}])");
  shard.advance(milliseconds(1));
  EXPECT_EQ(thrown, "reply_ref outside of a handler");
}

TEST_F(Handlers, AReplyRefThatCannotBeEncodedIsLogged) {
  ReplyRef ref;
  shard.on("ask", [&ref](Scripted& room, const Payload&) {
    ref = room.reply_ref();
    return noreply;
  });
  auto client = shard.client(wire::v1_json());
  client->says(R"({"topic":"room:a","event":"phx_join","payload":{},"ref":"1"})");
  client->says(R"({"topic":"room:a","event":"ask","payload":{},"ref":"2"})");
  client->received();
  ref.reply(ok(Payload::bytes("x")));
  EXPECT_THAT(client->received(), IsEmpty());
  EXPECT_TRUE(shard.log.has("reply cannot be encoded"));
}

}  // namespace
}  // namespace roost::channel::testing
