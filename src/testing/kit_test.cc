// The kit itself: roost/testing.hpp. Each test is as an application's test would be.
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <roost/testing.hpp>

namespace {

using namespace std::chrono_literals;
using roost::testing::anything;
using roost::testing::including;
using roost::testing::matching;
using roost::testing::PayloadMatcher;

struct NewMsg {
  std::string body;
};
BOOST_DESCRIBE_STRUCT(NewMsg, (), (body))

struct Tally {
  int total = 0;
};
BOOST_DESCRIBE_STRUCT(Tally, (), (total))

class Room : public roost::Channel {
 public:
  Room(roost::App& app, roost::Agent<Tally> tally) : app_(app), tally_(std::move(tally)) {}

  static void events(roost::Events<Room>& on) {
    on.event("new_msg", &Room::new_msg)
        .event("count", &Room::count)
        .event("block", &Room::block)
        .event("echo", &Room::echo)
        .event("later", &Room::later)
        .event("crash", &Room::crash)
        .event("stop", &Room::stop)
        .event("drain", &Room::drain);
  }
  roost::JoinReply join(std::string_view topic, const roost::Payload& params) {
    if (topic == "room:closed") return roost::refuse({{"reason", "closed"}});
    after_join([this] {
      track(user<std::string>(), {{"here", true}});
      push_presence_state();
    });
    return roost::ok(params);
  }

 private:
  void new_msg(NewMsg msg) { broadcast("new_msg", {{"from", user<std::string>()}, {"body", msg.body}}); }
  roost::Task<roost::Reply> count() {
    const int total = co_await tally_.update([](Tally& tally) { return ++tally.total; });
    co_return roost::ok({{"total", total}});
  }
  roost::Task<roost::Reply> block() {
    const int result = co_await app_.blocking([] { return 7; });
    co_return roost::ok(result);
  }
  roost::Reply echo(const roost::Payload& payload) {
    push("echo", payload);
    return roost::ok(payload);
  }
  roost::Task<roost::Reply> later() {
    co_await roost::sleep_for(10s);
    co_return roost::reply("late");
  }
  void crash() { throw std::runtime_error("boom"); }
  roost::Reply stop() { return roost::stop(); }

  roost::App& app_;
  roost::Agent<Tally> tally_;
};

class Echo : public roost::RawSocket {
 public:
  void on_open() override { send_text("welcome"); }
  void on_message(std::string_view bytes, bool binary) override {
    if (bytes == "bye") return close(4000);
    binary ? send_binary(bytes) : send_text(bytes);
  }
};

roost::ConnectResult authenticate(const roost::ConnectInfo& info) {
  const std::string user = info.param("user_id");
  if (user.empty()) return roost::reject("who are you?");
  return roost::accept(user, "users:" + user);
}

class Kit : public ::testing::Test {
 protected:
  Kit() {
    server.app()
        .socket("/socket")
        .connect(authenticate)
        .channel<Room>("room:*", std::ref(server.app()), server.app().agent<Tally>("tally"));
    server.app()
        .socket("/of/:user_id")
        .connect(authenticate)
        .channel<Room>("room:*", std::ref(server.app()), server.app().agent<Tally>("other"));
    server.app().socket("/echo").raw<Echo>();
  }
  roost::testing::Client ann() { return server.connect("/socket", {.params = {{"user_id", "ann"}}}); }
  roost::testing::ClientChannel room() { return ann().join("room:a"); }

  roost::testing::Server server;
};

TEST_F(Kit, RepliesBroadcastsAndPushesAreExpectedByNameAndPayload) {
  auto room = ann().join("room:a");
  room.expect_push("presence_state", including({{"ann", boost::json::object()}}));
  room.expect_broadcast("presence_diff");
  const auto ref = room.push("new_msg", {{"body", "hi"}});
  room.expect_broadcast("new_msg", {{"from", "ann"}, {"body", "hi"}});
  room.expect_nothing();
  const auto next = room.push("echo", {{"n", 1}});
  EXPECT_NE(ref, next);
  EXPECT_EQ(room.expect_reply(next, "ok").view(), R"({"n":1})");
  room.expect_push("echo", {{"n", 1}});
}

TEST_F(Kit, WhatCameIsHeardInItsOrder) {
  auto room = ann().join("room:b");
  room.received();
  room.push("echo", {{"n", 1}});
  room.push("crash");
  EXPECT_THAT(room.heard(),
              ::testing::ElementsAre(R"(push "echo" {"n":1})", R"(reply to "2": ok {"n":1})", "crash (phx_error)"));
  EXPECT_THAT(room.heard(), ::testing::IsEmpty());
}

TEST_F(Kit, BytesTravelAsBytes) {
  auto room = this->room();
  const auto bytes = roost::Payload::bytes(std::string("\x00\xff", 2));
  EXPECT_EQ(room.call("echo", bytes).view(), bytes.view());
  room.expect_push("echo", bytes);
}

TEST_F(Kit, ClientsHearEachOther) {
  auto a = ann().join("room:a");
  auto b = server.connect("/of/bob").join("room:a");
  a.received();
  b.push("new_msg", {{"body", "hi"}});
  a.expect_broadcast("new_msg", {{"from", "bob"}, {"body", "hi"}});
  a.expect_nothing();
}

TEST_F(Kit, ARefusedJoinSaysWhy) {
  auto client = ann();
  client.expect_refused("room:closed", {}, {{"reason", "closed"}});
  client.expect_refused("lobby", {}, {{"reason", "unmatched topic"}});
}

TEST_F(Kit, AClientThatIsKeptOutSaysWhy) {
  EXPECT_EQ(server.expect_rejected("/socket"), "who are you?");
}

TEST_F(Kit, AgentsAndBlockingWorkAreDoneWhenACallReturns) {
  auto room = this->room();
  EXPECT_EQ(room.call("count").json().at("total"), 1);
  EXPECT_EQ(room.call("count").json().at("total"), 2);
  EXPECT_EQ(room.call("block").view(), "7");
}

TEST_F(Kit, TimeMovesWhenItIsTold) {
  auto room = this->room();
  room.received();
  const auto ref = room.push("later");
  server.advance(9s);
  room.expect_nothing();
  server.advance(1s);
  room.expect_reply(ref, "late");
}

TEST_F(Kit, ChannelsEndInTheirSeveralWays) {
  auto client = ann();
  client.join("room:a").leave();
  auto crashed = client.join("room:a");
  crashed.push("crash");
  crashed.expect_crashed();
  server.expect_logged("channel crashed in=handler topic=room:a event=crash");
  auto stopped = client.join("room:a");
  stopped.push("stop");
  stopped.expect_closed();
  client.heartbeat();
}

TEST_F(Kit, ConnectionsEndInTheirSeveralWays) {
  auto client = ann();
  auto drained = server.connect("/of/bob");
  drained.join("room:a").push("drain");
  drained.expect_closed(1012);
  server.app().disconnect("users:ann");
  client.expect_closed(1001);
  EXPECT_FALSE(client.is_open());
  auto third = ann();
  third.close();
  EXPECT_FALSE(third.is_open());
}

TEST_F(Kit, AListenerHearsATopicWithoutAClient) {
  auto listener = server.subscribe("news");
  server.app().broadcast("news", "flash", {{"a", 1}});
  std::thread([&app = server.app()] { app.broadcast("news", "from afar"); }).join();
  listener.expect_broadcast("flash", {{"a", 1}});
  listener.expect_broadcast("from afar");
  listener.expect_nothing();
}

TEST_F(Kit, RawSocketsSpeakToo) {
  auto client = server.connect("/echo");
  client.expect_text("welcome");
  client.send_text("a");
  client.send_binary("b");
  client.expect_text("a");
  client.expect_binary("b");
  client.expect_nothing();
  client.send_text("bye");
  client.expect_closed(4000);
}

TEST_F(Kit, StartHooksRunBeforeTheFirstClient) {
  std::vector<std::string> said;
  server.app().on_start([&said] { said.push_back("started"); });
  server.app().on_start([] { throw std::runtime_error("boom"); });
  ann();
  EXPECT_THAT(said, ::testing::ElementsAre("started"));
  server.expect_logged("in=on_start");
}

TEST_F(Kit, TheAppIsNotForServing) {
  EXPECT_EQ(server.app().start().error(), "this App belongs to a testing::Server, which runs it");
}

TEST_F(Kit, ClientsMayOutliveTheServer) {
  auto brief = std::make_unique<roost::testing::Server>();
  brief->app().socket("/socket");
  auto client = brief->connect("/socket");
  auto listener = brief->subscribe("news");
  brief.reset();
  EXPECT_FALSE(client.is_open());
  listener.expect_nothing();
}

// What a failure says.

#define EXPECT_SAYS(statement, text) EXPECT_NONFATAL_FAILURE(statement, text)

TEST_F(Kit, AFailureListsWhatDidArrive) {
  auto room = this->room();
  room.received();
  const auto ref = room.push("echo", {{"n", 1}});
  const std::string text = "expected: on room:a: reply to \"" + ref + "\": error anything\n" +
                           "arrived, and not taken yet:\n"
                           "  room:a: push \"echo\" {\"n\":1}\n"
                           "  room:a: reply to \"" +
                           ref + "\": ok {\"n\":1}";
  EXPECT_SAYS(room.expect_reply(ref, "error"), text);
  EXPECT_SAYS(room.expect_nothing(), "expected nothing, but there is:\n  room:a: push \"echo\" {\"n\":1}");
}

TEST_F(Kit, AFailureShowsWherePayloadsDiffer) {
  auto room = this->room();
  room.push("echo", {{"list", {1, {{"a", 2}}}}});
  EXPECT_SAYS(room.expect_push("echo", {{"list", {1, {{"a", 3}}}}}),
              "push \"echo\" {\"list\":[1,{\"a\":2}]}\n    it does not fit: at \"/list/1/a\": 2 instead of 3");
}

TEST_F(Kit, AFailureQuotesTheLog) {
  auto room = this->room();
  room.received();
  room.push("crash");
  EXPECT_SAYS(room.expect_push("x"), "the log says:\n  error channel crashed in=handler topic=room:a event=crash");
}

TEST_F(Kit, AFailureOfAClientThatCannotConnectSaysWhy) {
  EXPECT_SAYS(server.connect("/socket"), "expected to connect, but it was rejected: who are you?");
}

// Matchers

std::string mismatch(const PayloadMatcher& matcher, const roost::Payload& payload) {
  return matcher.mismatch(payload);
}

TEST(PayloadMatchers, EqualAsJson) {
  EXPECT_EQ(mismatch({{"a", 1}, {"b", 2}}, {{"b", 2}, {"a", 1}}), "");
  EXPECT_EQ(mismatch({{"a", 1}}, {{"a", 1.0}}), "");
  EXPECT_EQ(mismatch({}, roost::Payload()), "");
  EXPECT_EQ(mismatch(7, 7), "");
  EXPECT_EQ(mismatch(NewMsg{"x"}, {{"body", "x"}}), "");
  EXPECT_EQ(mismatch({{"a", 1}}, roost::Payload()), "at \"/a\": missing, instead of 1");
  EXPECT_EQ(mismatch({}, {{"a", 1}}), "at \"/a\": 1 instead of nothing");
  EXPECT_EQ(mismatch(7, "7"), "\"7\" instead of 7");
  EXPECT_EQ(mismatch(std::vector<int>{1, 2}, std::vector<int>{1}), "1 elements instead of 2");
  EXPECT_EQ(mismatch({{"a/b", 1}}, {{"a/b", 2}}), "at \"/a~1b\": 2 instead of 1");
}

TEST(PayloadMatchers, TellBytesFromJson) {
  EXPECT_EQ(mismatch(roost::Payload::bytes("ab"), roost::Payload::bytes("ab")), "");
  EXPECT_EQ(mismatch(roost::Payload::bytes("ab"), roost::Payload::bytes("ac")), "bytes 61 63 instead of bytes 61 62");
  EXPECT_EQ(mismatch(roost::Payload::bytes("ab"), "ab"), "JSON instead of bytes");
  EXPECT_EQ(mismatch("ab", roost::Payload::bytes("ab")), "bytes instead of JSON");
}

TEST(PayloadMatchers, OfAPart) {
  EXPECT_EQ(mismatch(including({{"a", {{"b", 1}}}}), {{"a", {{"b", 1}, {"c", 2}}}, {"d", 3}}), "");
  EXPECT_EQ(mismatch(including({{"a", {{"b", 1}}}}), {{"a", {{"b", 2}}}}), "at \"/a/b\": 2 instead of 1");
}

TEST(PayloadMatchers, OfAType) {
  const auto long_one = matching<NewMsg>([](const NewMsg& msg) { return msg.body.size() > 1; });
  EXPECT_EQ(mismatch(long_one, {{"body", "hi"}}), "");
  EXPECT_EQ(mismatch(long_one, {{"body", ""}}), "it does not match");
  EXPECT_EQ(mismatch(long_one, {{"body", 1}}), "at \"/body\": not string");
  EXPECT_EQ(mismatch(matching<roost::Payload>([](const roost::Payload& p) { return p.is_binary(); }),
                     roost::Payload::bytes("")),
            "");
  EXPECT_EQ(mismatch(anything(), 7), "");
}

}  // namespace
